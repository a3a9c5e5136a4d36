import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemOnLink } from '../api/on-link.ts';
import { ApiServer } from '../api/server.ts';
import type { Clock } from '../base/clock.ts';
import { CodedError, codeOf, messageOf } from '../base/error.ts';
import { CallRegistry } from '../call/registry.ts';
import { parseJson } from '../config/json-text.ts';
import { hashPassword, verifyPassword } from '../config/password.ts';
import type { Config } from '../config/schema.ts';
import { type ConfigStore, openConfigStore } from '../config/store.ts';
import { priceOf } from '../dialplan/price.ts';
import { AlarmBoard } from '../health/alarm-board.ts';
import { serviceManager } from '../health/service-manager.ts';
import { EarnedWatchdog } from '../health/watchdog.ts';
import type { LogTail } from '../log/log-tail.ts';
import type { Logger } from '../log/logger.ts';
import { Ports } from '../port/ports.ts';
import { openRecords, type Records } from '../records/records.ts';
import type { ServiceContext } from '../service/context.ts';
import { LineLearning } from '../service/learning/line-learning.ts';
import { MessageWaiting } from '../service/message-waiting.ts';
import { Services } from '../service/services.ts';
import { type SipGateway, startSip, tlsProfiles } from '../sip/index.ts';
import { type SipdHandle, startSipd } from '../sipd/host.ts';
import { systemDns } from '../sipd/resolve/dns.ts';
import type { MediaHost } from '../worker/media-host.ts';
import { afterStart } from './after-start.ts';
import { logAlarms } from './alarm-log.ts';
import type { DaemonArguments, HostPort } from './arguments.ts';
import { beginning } from './beginning.ts';
import { boxCertificate } from './box-certificate.ts';
import { boxInstance } from './box-instance.ts';
import { boxKey } from './box-key.ts';
import { CallerHabits } from './caller-habits.ts';
import { CardState } from './card-state.ts';
import { claimCode } from './claim-code.ts';
import { countryProfile, toneSet } from './country.ts';
import { holdData } from './data-lock.ts';
import { DialPlans } from './dial-plans.ts';
import { faxLibraryHere } from './fax-library.ts';
import { FirstSteps } from './first-steps.ts';
import { FlowDesk } from './flow-desk.ts';
import { handsetChanges } from './handset-changes.ts';
import { Help } from './help.ts';
import { driveLamps } from './lamps.ts';
import { LineBench } from './line-craft.ts';
import { LineDesk } from './line-desk.ts';
import { LivePicture } from './live-model.ts';
import { LongCalls } from './long-calls.ts';
import { Messaging } from './messaging.ts';
import { OfficeDesk } from './office-desk.ts';
import { OfficePicture } from './office-picture.ts';
import { fingerprintOf, officeLinks } from './offices.ts';
import { endOrphans, journalDialogs } from './orphans.ts';
import { makeMedia, openTraces } from './own-parts.ts';
import { ParallelUse } from './parallel-use.ts';
import { keepPinLocks } from './pin-locks.ts';
import { Pins } from './pins.ts';
import { PortEcho } from './port-echo.ts';
import { portOptions } from './port-options.ts';
import { probes } from './probes.ts';
import { Programs } from './programs.ts';
import { Protection, protectionTerms, readBans } from './protection.ts';
import { QueueDesk } from './queue-desk.ts';
import { RateTables } from './rate-tables.ts';
import { latestCalls, recentCalls } from './recent-calls.ts';
import { RecordingDesk } from './recording-desk.ts';
import { Recordings } from './recordings.ts';
import { Registrations } from './registrations.ts';
import { overrideFile, ScheduleDesk } from './schedule-desk.ts';
import { Settings } from './settings.ts';
import { sipListen } from './sip-listen.ts';
import { externalEngine, families, sipSettings, statusLine } from './sip-settings.ts';
import { SoundDesk } from './sound-desk.ts';
import { noting, SpendingDesk } from './spending.ts';
import { srtpSuitesHere } from './srtp-suites.ts';
import { StandingAlarms } from './standing-alarms.ts';
import { trunkResolver } from './trunk-resolver.ts';
import { thisSystem, updates } from './updates.ts';

/** Where the built parts lie; development runs from source and leaves the workers to their defaults. */
export interface Installation {
  version: string;
  prompts: string;
  webRoot: string;
  mediaWorker?: URL;
  sipdWorker?: URL;
}

/** How long the start waits for the line card before it goes on without, ms. */
const cardPatienceMs = 15_000;

/** How often an alarm about records that cannot be stored is looked at again, ms. */
const recordsLookMs = 5000;

/** How long the media worker may take to start, ms. */
const workerPatienceMs = 10_000;

/** The whole box, constructed. */
export class Daemon {
  readonly #arguments: DaemonArguments;
  readonly #installation: Installation;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** The last lines of the log. */
  readonly #tail: LogTail | undefined;
  /** What to undo at the stop, last first. */
  readonly #closers: (() => Promise<void> | void)[] = [];
  /** Ends the process: a part that everything needs is gone, and the supervisor starts us anew. */
  readonly #fatal: (reason: string) => void;
  /** Between us and the embedded engine only. */
  readonly #engineSecret = randomBytes(16).toString('hex');
  /** SHA-256 of the certificate that the embedded engine shows. */
  #fingerprint: string | undefined;
  readonly #faxHere = faxLibraryHere((message) => this.#log.child('media').warn(message));

  constructor(
    args: DaemonArguments,
    installation: Installation,
    parts: { clock: Clock; log: Logger; tail?: LogTail; fatal: (reason: string) => void },
  ) {
    this.#arguments = args;
    this.#installation = installation;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#tail = parts.tail;
    this.#fatal = parts.fatal;
  }

  /** Starts everything; resolves when the box serves. @returns the addresses in use. */
  async start(): Promise<{ http: HostPort; sip: HostPort; line: string; claimCode: string | undefined }> {
    const clock = this.#clock;
    const log = this.#log;
    const startedAt = clock.wall();
    const { data } = this.#arguments;
    this.#closers.push(holdData(data));
    const store = await this.#openStore(data);
    const config = (): Config => store.config;
    const profile = countryProfile(config().dialing.country);

    const alarms = new AlarmBoard(clock);
    const silence = [logAlarms(alarms, log.child('alarm'))];
    const { line } = this.#arguments;
    const worker = this.#installation.mediaWorker;
    const host = makeMedia({ config: config(), profile, clock, line, worker });
    this.#closers.push(() => host.close());
    host.onExit((reason) => this.#fatal(`media worker: ${reason}`));
    const { card, media } = host;
    // Whoever follows the card does so before its worker runs: what it tells first is told once.
    const link = new CardState(card, clock);
    const ports = new Ports({ card, media, clock }, portOptions(config(), profile));
    this.#closers.push(() => ports.close());
    const parallel = new ParallelUse({ card, clock, alarms, config });
    this.#closers.push(() => parallel.close());
    // Both threads start side by side: each takes a good part of the time to ready.
    const threads = Promise.all([this.#startSipd(config(), data), host.ready(workerPatienceMs)]);
    // A failure is met where it is waited for; until then it must not end the process as unhandled.
    threads.catch(() => {});
    // The stores are opened meanwhile: this thread has nothing else to do.
    const records = this.#openRecords(data, alarms, config);
    const key = await boxKey(data, clock.wall(), config().pins.length > 0, alarms);
    const settings = await Settings.open({
      ...{ store, folder: data, clock, key, securePort: (): number | undefined => api.securePort },
      warn: (message) => log.child('config').warn(message),
    });
    this.#closers.push(() => settings.close());
    const [sipd] = await threads;

    const tones = toneSet(profile);
    const traces = openTraces({ data, clock, sipd, records, config });
    this.#closers.push(() => traces.close());
    let spending: SpendingDesk | undefined;
    let programs: Programs | undefined;
    const recorder = noting(traces.following(records), (record) => {
      spending?.note(record);
      programs?.note(record);
    });
    const holdSound = (): { type: 'music' } | undefined =>
      config().dialing.holdSound === 'music' ? { type: 'music' } : undefined;
    const calls = new CallRegistry({ clock, media, tones, recorder, priceOf, holdSound });
    const long = new LongCalls({ calls, clock, alarms, config });
    this.#closers.push(() => long.close());
    const messages = new MessageWaiting();
    const office = new OfficePicture({ config, calls, messages });
    const sip = await this.#startSip(config(), media, sipd, office);
    office.on('messagesChanged', (deviceId) => sip.messagesChanged(deviceId));
    office.on('extensionChanged', (extension) => sip.extensionChanged(extension));

    let services: Services;
    const pins = new Pins(store, key, clock, () => services.lockouts);
    const desk = new LineDesk(ports, calls, () => sip.trunks(), clock, {
      card,
      media,
      profile,
      erlDb: (port) => echo.figures(port)?.erlDb,
    });
    const schedules = new ScheduleDesk({
      ...{ clock, config, alarms },
      store: overrideFile(data, (message) => log.warn(() => message)),
      normalise: (number, fromLine) => plans.normalise(number, fromLine),
    });
    this.#closers.push(() => schedules.close());
    const { hours } = schedules;
    const rates: RateTables = new RateTables(
      data,
      (level, message) => log.child('config')[level](message),
      () => plans.refresh(),
    );
    const plans = new DialPlans(
      config(),
      clock,
      (step) => desk.usable(step),
      () => hours.overrides,
      { rates: () => rates.tables, state: () => spending?.state() },
    );
    const sounds = new SoundDesk({ data, clock, alarms, config, log: log.child('service') });
    this.#closers.push(() => sounds.close());
    const flows = new FlowDesk({
      ...{ clock, config, alarms, hours, normalise: (number: string) => plans.normalise(number) },
      callbacks: () => services.queues,
      log: (message) => log.child('service').warn(message),
    });
    const context: ServiceContext = {
      ...sounds.voice,
      hook: flows.hook,
      clock,
      media,
      tones,
      config,
      calls,
      ports: { fxs: (number) => ports.fxs.get(number), fxo: (number) => ports.fxo.get(number) },
      trunks: { call: (request) => sip.call(request) },
      devices: { callDevice: (request) => sip.callDevice(request) },
      dialPlan: () => plans.forServices,
      pins,
      messages,
      alarms,
      prompts: new Recordings(this.#installation.prompts, () => config().site.language),
      ...handsetChanges(store),
      hours,
      newId: () => randomUUID(),
      recentCalls: () => recentCalls(records),
      latestCalls: () => latestCalls(records),
      log: (level, message) => log.child('service')[level](message),
    };
    const recordings = new RecordingDesk(data, context, {
      ...{ clock, config, key },
      log: (message) => log.child('recording').info(message),
    });
    this.#closers.push(() => recordings.close());
    const messaging = new Messaging(data, context, { messages, key, records });
    this.#closers.push(() => messaging.close());
    spending = new SpendingDesk(context, records);
    this.#closers.push(() => spending?.close());
    services = new Services(context, (number, fromLine) => plans.normalise(number, fromLine));
    messaging.follow(services);
    const letters = (): number => messaging.mail.outbox.waiting;
    const { simulated } = this.#arguments;
    programs = new Programs(data, { context, services, records, alarms, letters, simulated });
    this.#closers.push(() => programs?.close());
    services.follow(ports.fxs.values(), ports.fxo.values());
    const queueDesk = new QueueDesk(services.queues, {
      data,
      clock,
      config,
      warn: (text) => log.warn(() => text),
    });
    this.#closers.push(() => services.queues.close());
    const learning = new LineLearning({
      ...{ clock, config, calls, ports: context.ports },
      volts: (port) => link.electrical(port)?.volts,
      terms: { usualBreakMs: profile.supervision.loopBreakMs[0] },
      log: (message) => log.child('service').info(message),
    });
    this.#closers.push(() => learning.close());
    this.#closers.push(keepPinLocks(data, clock, services.lockouts, log));
    const habits = new CallerHabits(data, clock, (message) => log.warn(() => message));
    this.#closers.push(() => habits.close());
    habits.follow(ports.fxo.values());
    sip.on('incoming', (leg, call) => services.trunkCall(leg, call));
    sip.on('deviceCalls', (leg, call) => services.deviceCall(leg, call));
    journalDialogs(sip, calls, records);

    const ticks = probes({ clock, host, sipd, card, data, alive: () => sip.connected });
    this.#closers.push(() => ticks.close());
    const supervisor = serviceManager(process.env, (message) => log.warn(() => message));
    const watchdog = new EarnedWatchdog(clock, ticks.probes, () => supervisor.ping());
    const echo = new PortEcho(media, (port) => live.portChanged(port));
    echo.configure(config().ports);
    const live: LivePicture = new LivePicture({
      clock,
      version: this.#installation.version,
      simulated: this.#arguments.simulated,
      startedAt,
      config,
      calls,
      ports,
      card,
      link,
      alarms,
      trunks: () => sip.trunks(),
      devices: () => sip.devices(),
      probes: () => watchdog.states,
      callerHabit: (port) => habits.habit(port),
      echo: (port) => echo.figures(port),
      schedules: () => schedules.live(),
      queues: queueDesk,
      media,
    });
    habits.on('changed', (port) => live.portChanged(port));
    hours.on('changed', (id) => live.scheduleChanged(id));
    services.queues.events.on('changed', (what, id) => live.queueChanged(what, id));
    messaging.watch((box) => live.voicemailChanged(box));
    this.#closers.push(() => live.close());
    sip.on('deviceChanged', (status) => live.deviceChanged(status));
    const standing = new StandingAlarms({ alarms, card, ports, sip, config, live });
    standing.watch();
    if (store.fallback) standing.settingsLost(store.fallback);
    const warned = (warning: { code: string; message: string }): void => {
      log.child('media').warn(warning.message, { code: warning.code });
      standing.warned(warning.code);
    };
    host.warnings.forEach(warned);
    host.on('warning', warned);
    silence.push(card.on('down', (reason) => log.child('card').warn(`the link is down: ${reason}`)));

    const sipTlsPort = () => sipd?.sip.find(({ transport }) => transport === 'tls')?.port;
    const shown = { fingerprint: this.#fingerprint, sipTlsPort };
    const offices = new OfficeDesk({ sip, services, store, alarms, clock, ...shown });
    const protection = new Protection({
      ...{ sipd, sip, config, alarms, clock },
      folder: data,
      warn: (message) => log.child('sip').warn(() => message),
    });
    this.#closers.push(() => protection.close());

    store.events.on('changed', (next, _before, paths) => {
      // Claiming the box says nothing about its settings.
      if (paths.some((path) => !path.startsWith('/admin'))) alarms.clear('settings-lost');
      plans.apply(next);
      spending?.apply();
      ports.update(portOptions(next, profile));
      echo.configure(next.ports);
      services.follow(ports.fxs.values(), ports.fxo.values());
      habits.follow(ports.fxo.values());
      messaging.apply();
      standing.watch();
      sip.apply(sipSettings(next));
      protection.apply();
      schedules.apply();
      services.queues.apply();
      sounds.apply();
      traces.apply();
      programs?.apply();
      settings.apply();
      live.configChanged(store.revision);
    });

    const help = new Help({
      ...{
        data,
        version: this.#installation.version,
        clock,
        config,
        alarms,
        protection,
        sip,
        traces,
        records,
      },
      ...{ live, tail: this.#tail, https: this.#arguments.https, lockouts: services.lockouts },
      resolver: () => trunkResolver(clock, () => families(sipd), systemDns(this.#arguments.dns)),
      log: (level, message) => log.child('page')[level](() => message),
    });
    this.#closers.push(() => help.close());
    const { version } = this.#installation;
    const first = new FirstSteps({
      ...{ data, version, context, store, media, records, programs },
      rates,
      sounds,
      card,
    });
    this.#closers.push(() => first.close());
    await first.finish();
    const update = updates({
      ...{ data, clock, config, calls, link, ports, sip, alarms },
      http: () => http,
      log: (level, text) => log.child('update')[level](() => text),
    });
    this.#closers.push(() => update?.close());
    const code = config().admin.passwordHash === undefined ? claimCode(data) : undefined;
    const api: ApiServer = new ApiServer({
      webRoot: this.#installation.webRoot,
      deps: {
        clock,
        box: {
          version: this.#installation.version,
          name: () => config().site.name,
          language: () => config().site.language,
          sipPort: () => sip.listening[0]?.port ?? this.#arguments.sip.port,
          sipTlsPort,
        },
        admin: {
          passwordHash: () => config().admin.passwordHash,
          setPasswordHash: async (passwordHash, language) => {
            await store.change((draft) => {
              draft.admin = { passwordHash };
              if (language) draft.site.language = language;
            }, 'admin');
          },
        },
        password: { hash: hashPassword, verify: verifyPassword },
        ...programs.api,
        claim: { code: () => claimCode(data), buttonPressed: () => false },
        ...settings.api,
        pins,
        records,
        traces,
        observations: services.observations,
        ...{ music: first.music, setup: first.setup, backup: first.backup },
        prompts: sounds,
        promptRecorder: services.promptRecorder,
        recordings,
        audit: recordings.audit,
        live,
        dialCheck: plans,
        lines: desk,
        messages,
        protection,
        schedules,
        flows,
        spending,
        rates,
        ...messaging.api,
        offices,
        queues: queueDesk,
        help,
        update,
        lineCraft: new LineBench(learning, records, config),
        onLink: systemOnLink(() => clock.now()),
        log: (level, message) => log.child('api')[level](() => message),
      },
    });
    const http = await api.listen(this.#arguments.http.host, this.#arguments.http.port);
    this.#closers.push(() => api.close());
    await help.serve(api);

    await link.firstUp(cardPatienceMs);
    if (!link.up) standing.cardDown();
    endOrphans(sip, records, (message) => log.warn(() => message));
    const status = (): string => statusLine(calls.size, sip.trunks(), link.up);
    supervisor.ready(status());
    update?.begin();
    const lookAtFaxes = (): void => void (this.#faxHere() || standing.noFaxLibrary());
    const warn = (message: string): void => log.info(() => message);
    const tell = (): void => supervisor.status(status());
    this.#closers.push(afterStart({ clock, calls, lookAtFaxes, tell, warn }));
    const claimed = (): boolean => config().admin.passwordHash !== undefined;
    this.#closers.push(driveLamps({ clock, claimed, warn, live: () => live.snapshot() }));
    if (supervisor.watchdogMs !== undefined) watchdog.start(supervisor.watchdogMs / 3);
    else watchdog.start(10_000);
    this.#closers.push(() => {
      watchdog.stop();
      supervisor.stopping();
      // What ends because we stop is no news.
      for (const off of silence) off();
    });
    const listening = sip.listening[0] ?? this.#arguments.sip;
    return {
      http,
      sip: { host: listening.host, port: listening.port },
      line: this.#arguments.line ?? config().card.path,
      claimCode: code,
    };
  }

  /** Ends calls, leaves the network and closes the stores. */
  async stop(): Promise<void> {
    for (const close of this.#closers.reverse()) {
      try {
        await close();
      } catch (error) {
        this.#log.warn(() => `while stopping: ${messageOf(error)}`);
      }
    }
  }

  async #openStore(data: string): Promise<ConfigStore> {
    const file = this.#arguments.config;
    const warn = (message: string): void => this.#log.child('config').warn(() => message);
    try {
      return await openConfigStore({
        directory: data,
        wall: () => this.#clock.wall(),
        release: thisSystem()?.version ?? this.#installation.version,
        // Of no interest where settings are stored already; the file may then be gone.
        get initial() {
          return file === undefined ? beginning(data, warn) : parseJson(readFileSync(file, 'utf8'), file);
        },
        report: (level, message) => this.#log.child('config')[level](() => message),
      });
    } catch (error) {
      if (codeOf(error) !== 'config/invalid' || file === undefined) throw error;
      // Only what was given to begin with can be wrong here: a stored document gives way to an earlier one.
      throw new CodedError('config/invalid', `${file} is no good:\n${messageOf(error)}`, { cause: error });
    }
  }

  #openRecords(data: string, alarms: AlarmBoard, config: () => Config): Records {
    const records = openRecords({
      path: join(data, 'records.sqlite'),
      clock: this.#clock,
      keepDays: () => config().records.keepDays,
      alarm: (alarm) => alarms.raise(alarm),
    });
    const look = this.#clock.every(recordsLookMs, () => {
      if (records.healthy) alarms.clear('records-write');
    });
    this.#closers.push(() => look.cancel());
    this.#closers.push(() => records.close());
    return records;
  }

  async #startSipd(config: Config, data: string): Promise<SipdHandle | undefined> {
    if (config.sip.engine !== 'embedded') return undefined;
    const { sip, sipT1, dns } = this.#arguments;
    const { sipdWorker } = this.#installation;
    const warn = (text: string): void => this.#log.child('sip').warn(text);
    const certificate = boxCertificate(data, `${hostname()}.local`, warn);
    this.#fingerprint = fingerprintOf(certificate.cert);
    const sipd = await startSipd(
      {
        listen: sipListen(sip),
        tls: certificate,
        tlsProfiles: tlsProfiles(config.trunks, config.devices, officeLinks(config)),
        control: { host: '127.0.0.1', port: 0, secret: this.#engineSecret },
        heedsOverload: true,
        ...(sipT1 === undefined ? {} : { timers: { T1: sipT1 } }),
        ...(dns ? { dns } : {}),
        ...protectionTerms(config),
        bans: readBans(data),
      },
      sipdWorker ? { workerUrl: sipdWorker } : {},
    ).catch((cause: unknown) => {
      const reason = `cannot serve SIP on ${sip.host}:${sip.port}: ${messageOf(cause)}`;
      throw new CodedError('main/sip-failed', reason, { cause });
    });
    this.#closers.push(() => sipd.close());
    sipd.on('exited', (reason) => this.#fatal(`SIP engine: ${reason}`));
    return sipd;
  }

  async #startSip(
    config: Config,
    media: MediaHost['media'],
    sipd: SipdHandle | undefined,
    office: OfficePicture,
  ): Promise<SipGateway> {
    const onLink = systemOnLink(() => this.#clock.now());
    const { data } = this.#arguments;
    const warn = (message: string): void => this.#log.child('sip').warn(message);
    const bindings = new Registrations(data, this.#clock, warn);
    this.#closers.push(() => bindings.close());
    const sip = await startSip({
      ...sipSettings(config),
      onLink: (address) => onLink(address, ''),
      bindings,
      instance: await boxInstance(data, warn),
      office,
      clock: this.#clock,
      media,
      engine: sipd
        ? { ...sipd.control, secret: this.#engineSecret }
        : { ...externalEngine(config), secret: config.sip.engineSecret },
      engineShowsTrying: sipd !== undefined,
      srtpSuites: srtpSuitesHere(warn),
      fax: this.#faxHere,
      resolver: trunkResolver(this.#clock, () => families(sipd), systemDns(this.#arguments.dns)),
      ...(sipd ? { network: sipd, secure: (profiles) => sipd.order({ kind: 'tls', profiles }) } : {}),
    });
    this.#closers.push(() => sip.close());
    return sip;
  }
}
