/**
 * Preloaded with `--import` into every Node process and thread of a run: refuses what would leave this machine and writes
 * it down in the file DIARIST_NETWORK_LOG. Loopback stays open.
 */
import { appendFileSync } from 'node:fs';
import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';

const log = process.env['DIARIST_NETWORK_LOG'];
if (!log) throw new Error('deny-network needs DIARIST_NETWORK_LOG');

/** No name at all is a pipe or the default, which is this machine. */
const isLoopback = (host: unknown): boolean =>
  typeof host !== 'string' || host === '' || host === 'localhost' || /^(127\.|::1$|::ffff:127\.)/.test(host);

function refuse(what: string): Error {
  appendFileSync(log!, `${process.pid} ${what}\n`);
  return Object.assign(new Error(`network refused: ${what}`), { code: 'ENETUNREACH' });
}

/** Host of `connect(port, host)`, `connect({ host, port })` or a pipe's path (null). */
function hostOf(args: readonly unknown[]): unknown {
  // net.connect hands over its arguments as one array.
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) {
    const options = first as { host?: unknown; path?: unknown };
    return options.path === undefined ? options.host : null;
  }
  return typeof first === 'string' && Number.isNaN(Number(first)) ? null : second;
}

const connect = Reflect.get(net.Socket.prototype, 'connect') as (...args: unknown[]) => net.Socket;
net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
  const host = hostOf(args);
  if (isLoopback(host)) return connect.apply(this, args);
  const error = refuse(`connect ${String(host)}`);
  process.nextTick(() => this.destroy(error));
  return this;
};

const send = Reflect.get(dgram.Socket.prototype, 'send') as (...args: unknown[]) => void;
dgram.Socket.prototype.send = function (this: dgram.Socket, ...args: unknown[]) {
  if (args.some((arg) => typeof arg === 'string' && !isLoopback(arg)))
    throw refuse(`datagram ${args.map(String).join(' ')}`);
  send.apply(this, args);
} as typeof dgram.Socket.prototype.send;

const lookup = dns.lookup.bind(dns) as (...args: unknown[]) => void;
Object.assign(dns, {
  lookup: (name: string, ...rest: unknown[]) => {
    if (isLoopback(name)) return lookup(name, ...rest);
    const done = rest.at(-1) as (error: Error) => void;
    const error = refuse(`look up ${name}`);
    process.nextTick(() => done(error));
  },
});
for (const name of ['resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveTxt', 'resolveSrv'] as const) {
  Object.assign(dns, {
    [name]: (...args: unknown[]) => {
      const error = refuse(`${name} ${String(args[0])}`);
      process.nextTick(() => (args.at(-1) as (error: Error) => void)(error));
    },
  });
}
