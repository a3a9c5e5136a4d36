import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Config } from '../config/schema.ts';
import type { Records } from '../records/records.ts';
import { TraceStore } from '../records/trace-store.ts';
import type { SipdHandle } from '../sipd/host.ts';
import { MediaHost } from '../worker/media-host.ts';
import { CallTraces } from './call-traces.ts';
import { cardPlace } from './card-place.ts';
import type { countryProfile } from './country.ts';

/** The host of the media worker, made from the settings. */
export function makeMedia(of: {
  config: Config;
  profile: ReturnType<typeof countryProfile>;
  clock: Clock;
  /** Where the line card is, if the command line says so. */
  line: string | undefined;
  worker: URL | undefined;
}): MediaHost {
  const { rtp } = of.config;
  return new MediaHost({
    card: cardPlace(of.line, of.config),
    profile: of.profile,
    media: {
      rtpPorts: { min: rtp.portMin, max: rtp.portMax },
      rtpLossMs: rtp.lossSeconds * 1000,
      kernelRelay: rtp.kernelRelay,
    },
    clock: of.clock,
    ...(of.worker ? { workerUrl: of.worker } : {}),
  });
}

/** SIP messages of calls, with their file in the data folder. */
export function openTraces(of: {
  data: string;
  clock: Clock;
  sipd: SipdHandle | undefined;
  records: Records;
  config(): Config;
}): CallTraces {
  const { data, clock, sipd, records, config } = of;
  const store = new TraceStore({
    path: join(data, 'traces.sqlite'),
    keepCalls: () => config().records.traceCalls,
    keepDays: () => config().records.keepDays,
    wall: () => clock.wall(),
  });
  return new CallTraces({ clock, sipd, store, config, record: (id) => records.get(id) });
}
