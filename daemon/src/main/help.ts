import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { LiveModel, TraceAccess } from '../api/deps.ts';
import type { CertificateAccess, HelpAccess, LockoutAccess } from '../api/help-deps.ts';
import type { ApiServer } from '../api/server.ts';
import { localAddresses } from '../base/address-watch.ts';
import type { Clock } from '../base/clock.ts';
import type { Config } from '../config/schema.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { LogTail } from '../log/log-tail.ts';
import type { CallRecord } from '../records/call-record.ts';
import type { Lockouts } from '../service/lockout.ts';
import type { Resolver, SipGateway } from '../sip/index.ts';
import type { HostPort } from './arguments.ts';
import { claimCode } from './claim-code.ts';
import { DiagnosisDesk } from './diagnosis/desk.ts';
import { systemTimeServers } from './diagnosis/sntp.ts';
import { LockDesk } from './lock-desk.ts';
import { PageCertificate } from './page-certificate.ts';
import type { Protection } from './protection.ts';
import { SupportDesk } from './support/desk.ts';

export interface HelpParts {
  data: string;
  version: string;
  clock: Clock;
  config(): Config;
  alarms: AlarmBoard;
  lockouts: Lockouts;
  protection: Pick<Protection, 'view' | 'lift'>;
  sip: Pick<SipGateway, 'trunks'>;
  traces: TraceAccess;
  records: { list(query: { limit: number }): { calls: CallRecord[] } };
  live: LiveModel;
  resolver(): Resolver;
  tail: LogTail | undefined;
  /** Where the page is wanted over HTTPS; undefined: nowhere. */
  https: HostPort | undefined;
  log(level: 'info' | 'warn', message: string): void;
}

/** Diagnosis, the support bundle, lock-outs and the page's certificate, for the API. */
export class Help implements HelpAccess {
  readonly lockouts: LockoutAccess;
  readonly diagnosis: DiagnosisDesk;
  readonly support: SupportDesk;
  readonly certificate: CertificateAccess;
  readonly #parts: HelpParts;
  #page: PageCertificate | undefined;
  #port: number | undefined;

  constructor(parts: HelpParts) {
    this.#parts = parts;
    const { data, version, clock, config, alarms, lockouts, traces, live, tail } = parts;
    const records = (limit: number): CallRecord[] => parts.records.list({ limit }).calls;
    this.lockouts = new LockDesk({ ...parts, lockouts });
    this.diagnosis = new DiagnosisDesk({
      ...{ data, clock, config, alarms, traces, records, resolver: parts.resolver },
      trunks: () => parts.sip.trunks(),
      pinLocks: () => lockouts.kept(0, 1000).filter(({ lockedUntil }) => lockedUntil > clock.now()).length,
      timeServers: () => {
        const { timeServers } = config().network;
        return timeServers.length > 0 ? timeServers : systemTimeServers();
      },
    });
    this.support = new SupportDesk({
      ...{ data, version, clock, config, traces, records },
      live: () => live.snapshot(),
      diagnosis: () => this.diagnosis.view(),
      log: () => tail?.lines ?? [],
      secrets: () => [claimCode(data)],
      warn: (message) => parts.log('warn', message),
    });
    const page = (): PageCertificate => this.#certificate();
    // An authority that nobody asks for is not made; only one's own certificate has names to be known from the start.
    if (existsSync(join(data, 'page-own.crt'))) page();
    this.certificate = {
      view: () => page().view(),
      authority: () => page().authority(),
      use: (own) => page().use(own),
      restore: () => page().restore(),
      get ownNames() {
        return known()?.ownNames ?? [];
      },
    };
    const known = (): PageCertificate | undefined => this.#page;
  }

  /** Serves the page over HTTPS, too, if that is wanted. */
  async serve(api: ApiServer): Promise<HostPort | undefined> {
    const { https, log } = this.#parts;
    if (!https) return undefined;
    const page = this.#certificate();
    const at = await api.listenSecure(https.host, https.port, page.material);
    this.#port = at.port;
    page.on('changed', (material) => api.show(material));
    const { fingerprint, authority } = page.view();
    log(
      'info',
      `HTTPS on port ${at.port}; SHA-256 of its certificate ${fingerprint}, of the box's authority ${authority.fingerprint}`,
    );
    return at;
  }

  async close(): Promise<void> {
    await this.support.close();
    await this.diagnosis.idle();
    await this.#page?.close();
  }

  #certificate(): PageCertificate {
    const { data, clock, config, log } = this.#parts;
    this.#page ??= new PageCertificate({
      ...{ data, clock, hostname: hostname().split('.')[0] ?? '' },
      addresses: () => localAddresses().map(({ host }) => host),
      port: () => this.#port,
      httpsOnly: () => config().page.httpsOnly,
      warn: (message) => log('warn', message),
    });
    return this.#page;
  }
}
