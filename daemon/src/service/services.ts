import type { Leg } from '../call/leg.ts';
import type { FxoPort, FxsPort } from '../port/port.ts';
import { Access } from './access.ts';
import { CallLog } from './call-log.ts';
import { Consultations } from './consult.ts';
import type { ServiceContext } from './context.ts';
import { type DeviceCall, DeviceDesk } from './device-desk.ts';
import { Dialing } from './dialed.ts';
import { Emergency } from './emergency.ts';
import { FeatureCodes } from './feature-codes.ts';
import { Flows } from './flow/flows.ts';
import { Handset } from './handset/handset.ts';
import { HostedServices } from './hosted.ts';
import { Incoming, type Normalise, type TrunkCall } from './incoming.ts';
import { KeyTransfers } from './key-transfer.ts';
import { KeyedSecrets } from './keyed-secret.ts';
import { Lockouts } from './lockout.ts';
import { Observations } from './observation.ts';
import { ObserveByCode } from './observe-by-code.ts';
import { type OfficeCall, OfficeCalls } from './office-calls.ts';
import { Originate } from './originate.ts';
import { PinDesk } from './pin-dialog.ts';
import { PromptRecorder } from './prompt-recorder.ts';
import { agentCodes } from './queue/agent-codes.ts';
import { Queues } from './queue/queues.ts';
import { Reach } from './reach.ts';
import { Rooms } from './rooms.ts';
import { ScreeningDesk } from './screening.ts';
import { Station, type StationServices } from './station.ts';
import { Transfers } from './transfers.ts';
import { listenByCode } from './voicemail/by-code.ts';
import { MailboxDesk } from './voicemail/listen.ts';
import { Voicemail } from './voicemail/voicemail.ts';

/** All services of the box, wired to each other, following its ports. */
export class Services {
  readonly lockouts = new Lockouts();
  readonly observations: Observations;
  readonly rooms: Rooms;
  /** Those who wait, and those who answer for them. */
  readonly queues: Queues;
  /** Services that speak to the caller themselves, by the kind of target that leads to them. */
  readonly hosted: HostedServices;
  /** Messages that callers leave; undefined: none are taken. */
  readonly voicemail: Voicemail | undefined;
  /** Records prompts at telephones. */
  readonly promptRecorder: PromptRecorder;
  /** Feature codes, by kind. */
  readonly codes: FeatureCodes;
  /** What people do from their telephones by codes. */
  readonly handset: Handset;
  /** Calls that the box makes. */
  readonly originate: Originate;
  readonly #context: ServiceContext;
  readonly #shared: StationServices;
  readonly #incoming: Incoming;
  readonly #desk: DeviceDesk;
  readonly #offices: OfficeCalls;
  readonly #transfers: Transfers;
  #followed = new Map<FxsPort | FxoPort, () => void>();

  constructor(context: ServiceContext, normalise: Normalise) {
    this.#context = context;
    this.hosted = new HostedServices(context);
    const reach = new Reach(context, this.hosted, normalise);
    this.observations = new Observations(context, reach);
    const secrets = new KeyedSecrets(context, this.lockouts);
    this.rooms = new Rooms(context, secrets);
    const originate = () => this.originate;
    this.queues = new Queues(context, { reach, originate, normalise: (number) => normalise(number) });
    this.hosted.register('queue', this.queues);
    this.hosted.register('room', this.rooms);
    this.hosted.register('screening', new ScreeningDesk(context));
    this.hosted.register('flow', new Flows(context, { normalise, callbacks: () => this.queues }));
    this.hosted.register('observe', new ObserveByCode(context, this.observations, secrets));
    this.promptRecorder = new PromptRecorder(context, reach);
    const emergency = new Emergency(context);
    const dialing = new Dialing(context, reach, emergency);
    this.codes = new FeatureCodes(context, (number, dialer) => dialing.resolve(number, dialer));
    const { codes } = this;
    agentCodes(codes, this.queues);
    if (context.voicemail) {
      const mailboxes = new MailboxDesk(context, context.voicemail, secrets);
      this.voicemail = new Voicemail(context, context.voicemail, (visit, box) => mailboxes.open(visit, box));
      this.hosted.register('voicemail', this.voicemail);
      this.hosted.register('mailbox', mailboxes);
      codes.register('voicemail', listenByCode(reach));
    }
    const pins = new PinDesk(context, this.lockouts);
    const access = new Access(context, dialing, pins, new KeyTransfers(context, dialing));
    const consultations = new Consultations(context, { dialing, codes, reach });
    const idle = (leg: Leg) => consultations.idle(leg);
    this.originate = new Originate(context, { dialing, reach, idle });
    this.handset = new Handset(context, codes, { reach, originate: this.originate, idle });
    new CallLog(context, codes);
    this.#shared = { dialing, access, pins, consultations, codes };
    this.#transfers = new Transfers(context, dialing, reach, this.handset.parking);
    this.#desk = new DeviceDesk(context, { dialing, access, pins, codes });
    this.#offices = new OfficeCalls(context, dialing);
    this.#incoming = new Incoming(context, { reach, access, emergency, normalise });
  }

  /** Serves exactly these ports from now on; a port that is followed already goes on as it was. */
  follow(fxs: Iterable<FxsPort>, fxo: Iterable<FxoPort>): void {
    const wanted = new Set<FxsPort | FxoPort>();
    for (const port of fxs) {
      wanted.add(port);
      if (this.#followed.has(port)) continue;
      const station = new Station(port, this.#context, this.#shared);
      this.#followed.set(port, () => station.close());
    }
    for (const port of fxo) {
      wanted.add(port);
      if (!this.#followed.has(port))
        this.#followed.set(
          port,
          port.on('ringing', () => this.#incoming.line(port)),
        );
    }
    for (const [port, off] of this.#followed) {
      if (wanted.has(port)) continue;
      off();
      this.#followed.delete(port);
    }
  }

  /** Serves a call of one of the office's SIP devices. */
  deviceCall(leg: Leg, call: DeviceCall): void {
    if (call.replaces) this.#transfers.takeOver(leg, call.replaces);
    else this.#desk.serve(leg, call);
  }

  /** Serves a call from another office of ours. */
  officeCall(leg: Leg, call: OfficeCall): void {
    this.#offices.serve(leg, call);
  }

  /** Serves a call from a trunk. */
  trunkCall(leg: Leg, call: TrunkCall): void {
    this.#incoming.trunk(leg, call);
  }
}
