import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/extension/redact.ts';

describe('the log', () => {
  it('leaves out keys that are known', () => {
    expect(redact('sent hunter2hunter2 to x', ['hunter2hunter2'])).toBe('sent *** to x');
  });

  it('leaves out what looks like a key', () => {
    expect(redact('Incorrect API key: sk-proj-abc_DEF-12345.', [])).toBe('Incorrect API key: ***.');
    expect(redact('authorization: Bearer abcdefgh12345678', [])).toBe('authorization: Bearer ***');
    expect(redact('proxy http://me:secret@host:1 failed', [])).toBe('proxy http://***@host:1 failed');
  });

  it('leaves other words as they are', () => {
    expect(redact('Engine 0.1.0 started (process 12): task-force, 5 MB.', ['', 'a'])).toBe(
      'Engine 0.1.0 started (process 12): task-force, 5 MB.',
    );
  });
});
