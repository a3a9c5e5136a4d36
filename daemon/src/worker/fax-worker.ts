import { parentPort } from 'node:worker_threads';
import { spandspGateway } from '../media/fax/gateway.ts';
import { type FromFax, serveGateways, type ToFax } from '../media/fax/remote.ts';
import { batch } from './batch.ts';
import { makeRealtime } from './realtime.ts';

if (!parentPort) throw new Error('this module is the entry of the fax thread');
const port = parentPort;
const outbox = batch<FromFax>((messages) => port.postMessage(messages));
const take = serveGateways(spandspGateway, outbox.post);
port.on('message', (messages: ToFax[]) => {
  for (const message of messages) take(message);
});
// A modem that falters is a page lost; the media thread has already said if there is no priority to be had.
makeRealtime();
