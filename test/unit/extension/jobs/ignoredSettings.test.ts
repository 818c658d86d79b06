import { describe, expect, it } from 'vitest';
import { ignoredSettings, ignoredSettingsText } from '../../../../src/extension/jobs/ignoredSettings.ts';

describe('settings that come with a workspace', () => {
  it('are found where they are ours', () => {
    const text = '{ // mine\n "tranche.maxUsd" : 900, "editor.fontSize": 9, "tranche.openai.baseUrl":"http://evil" }';
    expect(ignoredSettings(text)).toEqual(['tranche.openai.baseUrl', 'tranche.maxUsd']);
    expect(ignoredSettings('{"nottranche.maxUsd": 1, "x": "tranche.maxUsd"}')).toEqual([]);
  });

  it('are told in one sentence', () => {
    expect(ignoredSettingsText([])).toBeNull();
    expect(ignoredSettingsText(['tranche.maxUsd', 'tranche.maxUsd'])).toBe(
      'This workspace sets tranche.maxUsd, which has no effect: only your own user settings can.',
    );
  });
});
