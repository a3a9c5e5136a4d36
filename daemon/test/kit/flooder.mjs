/**
 * Floods a SIP port: `node flooder.mjs HOST:PORT PER_SECOND MS SOURCE...`. Sends INVITE, OPTIONS, REGISTER and
 * garbage from each source address in turn. Runs as a process of its own, so that what it costs is not
 * measured as the victim's. Prints what came back, by status, as JSON.
 */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';

const [target, perSecond, ms, ...sources] = process.argv.slice(2);
const [host, port] = target.split(':');
const got = {};
let retryAfter = 0;
let sent = 0;
const sockets = await Promise.all(
  sources.map(
    (source) =>
      new Promise((resolve) => {
        const socket = createSocket('udp4');
        socket.on('message', (bytes) => {
          const text = bytes.toString('latin1');
          const status = text.slice(8, 11);
          got[status] = (got[status] ?? 0) + 1;
          if (/\r\nRetry-After: \d+\r\n/.test(text)) retryAfter++;
        });
        socket.bind(0, source, () => resolve({ socket, source }));
      }),
  ),
);

function message(source) {
  const id = randomBytes(8).toString('hex');
  const method = ['INVITE', 'INVITE', 'OPTIONS', 'REGISTER'][sent % 4];
  if (sent % 17 === 0) return randomBytes(300);
  return Buffer.from(
    `${method} sip:${1000 + (sent % 9000)}@${host} SIP/2.0\r\nVia: SIP/2.0/UDP ${source}:5099;branch=z9hG4bK${id};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:100@${host}>;tag=${id}\r\nTo: <sip:100@${host}>\r\nCall-ID: ${id}\r\nCSeq: 1 ${method}\r\n` +
      `Contact: <sip:100@${source}:5099>\r\nContent-Length: 0\r\n\r\n`,
  );
}

const began = performance.now();
const timer = setInterval(() => {
  const passed = performance.now() - began;
  const due = Math.min(passed, Number(ms)) * (Number(perSecond) / 1000);
  while (sent < due) {
    const { socket, source } = sockets[sent % sockets.length];
    socket.send(message(source), Number(port), host);
    sent++;
  }
  if (passed < Number(ms)) return;
  clearInterval(timer);
  setTimeout(() => {
    process.stdout.write(`${JSON.stringify({ sent, got, retryAfter })}\n`);
    process.exit(0);
  }, 300);
}, 5);
