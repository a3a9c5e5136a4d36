import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import express, { type NextFunction, type Request, type Response } from 'express';
import { WebSocketServer } from 'ws';
import type { Simulator } from '../simulator.ts';
import { act, actionsOf, BadRequest, type Body, fault } from './actions.ts';
import { serveSocket } from './socket.ts';

export interface ControlOptions {
  host?: string;
  /** 0: any free port. */
  port?: number;
  /** Folder of the built page. */
  page?: string;
}

export interface Control {
  /** host:port */
  readonly address: string;
  close(): Promise<void>;
}

/** The built page: beside the bundled simulator, or where the build puts it when run from the sources. */
const pageFolder = (): string => {
  const places = ['./page', '../../dist/page'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return places.find((place) => existsSync(place)) ?? places[1]!;
};

/** Query values as a body, so that `GET` and `POST` read their arguments alike. */
const bodyOf = (request: Request): Body =>
  typeof request.body === 'object' && request.body !== null ? (request.body as Body) : {};

/** Starts the control API and the page; for one's own machine, so it asks for no password. */
export async function startControl(simulator: Simulator, options: ControlOptions = {}): Promise<Control> {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '4mb' }));

  app.get('/state', (_request, response) => void response.json(simulator.state()));
  app.get('/devices', (_request, response) => {
    const all = [...simulator.devices.values()];
    response.json(
      all.map((d) => ({ id: d.id, kind: d.kind, port: d.port, actions: actionsOf(d), ...d.state() })),
    );
  });
  app.get('/devices/:id', (request, response) => {
    const device = found(simulator, request.params.id);
    response.json({ id: device.id, kind: device.kind, port: device.port, ...device.state() });
  });
  app.get('/devices/:id/log', (request, response) => {
    response.json(found(simulator, request.params.id).log);
  });
  app.get('/devices/:id/hear', async (request, response) => {
    const device = found(simulator, request.params.id);
    const ms = Math.min(10000, Number(request.query.ms ?? 500));
    const freq = request.query.freq === undefined ? undefined : Number(request.query.freq);
    if (!(ms >= 10) || (freq !== undefined && !(freq > 0 && freq < 4000)))
      throw new BadRequest("'ms' must be 10 to 10000 and 'freq' below 4000 Hz");
    response.json({ dbm0: await device.hear(ms, freq), ms, freq: freq ?? null });
  });
  app.get('/devices/:id/recording', (request, response) => {
    const device = found(simulator, request.params.id);
    const samples = device.heard.last(Math.min(20000, Number(request.query.ms ?? 5000)));
    response.type('audio/wav').send(wav(samples));
  });
  app.get('/devices/:id/wait', async (request, response) => {
    const device = found(simulator, request.params.id);
    const timeout = Math.min(60000, Number(request.query.timeoutMs ?? 5000));
    try {
      response.json(await device.next(String(request.query.type), timeout));
    } catch (error) {
      response.status(408).json({ error: (error as Error).message });
    }
  });
  app.post('/devices/:id/:action', async (request, response) => {
    const { id, action } = request.params;
    const result = await act(simulator, id, action, bodyOf(request));
    response.json({ ok: true, ...(result === undefined ? {} : { result }) });
  });
  app.post('/faults/:name', (request, response) => {
    fault(simulator, request.params.name, bodyOf(request));
    response.json({ ok: true, faults: simulator.cable.faults, plugged: simulator.cable.plugged });
  });
  app.get('/card/trace', (_request, response) => void response.json(simulator.card.trace));

  const page = options.page ?? pageFolder();
  if (existsSync(page)) app.use(express.static(page));
  else
    app.get('/', (_request, response) => void response.type('text').send('The page has not been built.\n'));

  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const bad = error instanceof BadRequest || (error as { status?: number }).status === 400;
    const message = error instanceof Error ? error.message : String(error);
    response.status(bad ? 400 : 409).json({ error: message });
  });

  const server = createServer(app);
  const sockets = new WebSocketServer({ server, path: '/live', maxPayload: 65536 });
  sockets.on('connection', (socket) => serveSocket(simulator, socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const bound = server.address() as AddressInfo;
  return {
    address: `${bound.address}:${bound.port}`,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function found(simulator: Simulator, id: string) {
  const device = simulator.devices.get(id);
  if (!device) throw new BadRequest(`no device '${id}'`);
  return device;
}

/** 8 kHz mono 16-bit WAV. */
function wav(samples: Int16Array): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length * 2, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length * 2, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}
