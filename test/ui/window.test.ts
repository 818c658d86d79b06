import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEditor, type Editor } from './support/openEditor.ts';

let editor: Editor;
beforeAll(async () => {
  editor = await openEditor();
});
afterAll(() => editor.close());

describe('the window', () => {
  it('has a place for Tranche in the activity bar, which opens its views', async () => {
    const page = editor.page();
    await page.locator('.activitybar .action-label[aria-label^="Tranche"]').click();
    await page.locator('.sidebar .composite.title', { hasText: 'Tranche' }).waitFor();
    expect(await page.locator('.sidebar .pane-header', { hasText: 'Runs' }).count()).toBe(1);
  });
});
