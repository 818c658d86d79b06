import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

describe('the extension', () => {
  it('is there and wakes up', async () => {
    const extension = vscode.extensions.getExtension('tranche.tranche');
    assert.ok(extension);
    await extension.activate();
    assert.ok(extension.isActive);
  });
});
