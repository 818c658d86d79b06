import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const file = (name: string): string => fileURLToPath(new URL(`../data/${name}`, import.meta.url));

/** The certificate of `openTlsFront`: for batches.example, localhost and 127.0.0.1, signed by itself. */
export const CERTIFICATE = file('batches.example.pem');

export interface TlsFront {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Takes HTTPS on a loopback port and passes every call on to another port. */
export async function openTlsFront(port: number): Promise<TlsFront> {
  const [cert, key] = await Promise.all([readFile(CERTIFICATE), readFile(file('batches.example.key.pem'))]);
  const server = https.createServer({ cert, key }, (request, response) => {
    const { method = '', url = '', headers } = request;
    const target = { host: '127.0.0.1', port, path: url, method, headers: { ...headers, host: `127.0.0.1:${port}` } };
    const passed = http.request(target, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
