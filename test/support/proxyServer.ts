import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

/** One call as a proxy saw it: `CONNECT batches.example:443`, or `GET http://...` in plain text. */
export interface SeenCall {
  readonly call: string;
  readonly authorization: string | null;
}

export interface ProxyServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  readonly host: string;
  readonly seen: SeenCall[];
  /** Connections to it that are open. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

export interface ProxyOptions {
  /** `user:password` it asks for. */
  readonly credentials?: string;
  /** Answers every call with this status in place of passing it on. */
  readonly status?: number;
  /** Never answers. */
  readonly isSilent?: boolean;
}

/** A loopback proxy of HTTP calls and of tunnels; every name is a name of this machine to it. */
export async function openProxyServer({
  credentials,
  status,
  isSilent = false,
}: ProxyOptions = {}): Promise<ProxyServer> {
  const seen: SeenCall[] = [];
  const sockets = new Set<net.Socket>();
  const wanted = credentials === undefined ? null : `Basic ${Buffer.from(credentials).toString('base64')}`;
  const own = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const statusFor = ({ method = '', url = '', headers }: http.IncomingMessage): number => {
    const authorization = headers['proxy-authorization'] ?? null;
    seen.push({ call: `${method} ${url}`, authorization });
    if (wanted !== null && authorization !== wanted) return 407;
    return status ?? 200;
  };
  const server = http.createServer((request, response) => {
    const refusal = statusFor(request);
    if (refusal !== 200) return void response.writeHead(refusal).end('a page of the proxy');
    const { hostname, port, pathname, search } = new URL(request.url ?? '');
    const headers = { ...request.headers, host: `${hostname}:${port}` };
    delete headers['proxy-authorization'];
    const target = { host: '127.0.0.1', port, path: pathname + search, method: request.method ?? '', headers };
    const passed = http.request(target, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('close', () => answer.complete || response.destroy()); // broken there, broken here
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  server.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
    const answer = statusFor(request);
    if (isSilent) return void socket.resume().on('end', () => socket.destroy());
    if (answer !== 200) return void socket.end(`HTTP/1.1 ${answer} No\r\nContent-Length: 0\r\n\r\n`);
    const through = net.connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(through).pipe(socket);
    });
    through.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => through.destroy());
  });
  server.on('connection', own);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    seen,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
