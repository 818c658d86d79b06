import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { openByteOutput } from '../../../src/cli/byteOutput.ts';

function failing(code: string): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })),
  });
}

const bytes = new Uint8Array([1, 2, 3]);

it('says when the reader is gone, now and later', async () => {
  const output = openByteOutput(failing('EPIPE'));
  expect(await output.write(bytes)).toBe(false);
  expect(await output.write(bytes)).toBe(false);
});

it('throws other failures', async () => {
  await expect(openByteOutput(failing('ENOSPC')).write(bytes)).rejects.toThrow('ENOSPC');
});

it('waits until each piece is written', async () => {
  const written: number[] = [];
  const slow = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      setTimeout(() => {
        written.push(chunk.length);
        done();
      }, 5);
    },
  });
  const output = openByteOutput(slow);
  expect(await output.write(bytes)).toBe(true);
  expect(written).toEqual([3]);
  output.close();
  expect(slow.listenerCount('error')).toBe(0);
});
