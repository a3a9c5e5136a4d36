import { type Response, Router } from 'express';
import type { ApiDeps, TraceFile } from './deps.ts';
import { ApiFault } from './errors.ts';

/** What was said in SIP in a call, or with an operator or a device outside of calls: to be read, and to be downloaded. */
export function traceRoutes({ traces }: Pick<ApiDeps, 'traces'>): Router {
  const router = Router();

  router.get('/calls/:id/trace', async (request, response) => {
    response.json(found(await traces.call(request.params.id)));
  });

  router.get('/calls/:id/trace.pcap', async (request, response) => {
    download(response, found(await traces.callPcap(request.params.id)));
  });

  for (const kind of ['trunks', 'devices'] as const) {
    router.get(`/${kind}/:id/trace`, async (request, response) => {
      response.json(found(await traces.peer(kind, String(request.params.id))));
    });

    router.get(`/${kind}/:id/trace.pcap`, async (request, response) => {
      download(response, found(await traces.peerPcap(kind, String(request.params.id))));
    });
  }

  return router;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new ApiFault('api/not-found');
  return value;
}

function download(response: Response, { name, data }: TraceFile): void {
  response.attachment(name);
  // Registered with IANA for libpcap files; whatever its name, it opens in Wireshark.
  response.type('application/vnd.tcpdump.pcap');
  response.send(data);
}
