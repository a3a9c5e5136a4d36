import type { ReleaseCause } from '../call/leg.ts';
import { escapeUser } from './address.ts';
import type { DigestProgress } from './credentials.ts';
import { identityOf } from './identity.ts';
import { toOperator } from './number-format.ts';
import type { AudioWishes, CalledPeer, ChallengedRequest, OutgoingCall, Way } from './peer.ts';
import type { Headers, SrfResponse } from './srf-types.ts';
import type { Trunk } from './trunk.ts';

/** An operator as the legs of calls on its trunk see it. */
export class TrunkPeer implements CalledPeer {
  readonly trunk: Trunk;
  readonly place: string;
  readonly inside = false;
  readonly dtmf = 'auto';

  constructor(trunk: Trunk) {
    this.trunk = trunk;
    this.place = `trunk:${trunk.config.id}`;
  }

  get contact(): string {
    return this.trunk.contact;
  }

  get localAddress(): string | undefined {
    return this.trunk.localAddress;
  }

  get audio(): AudioWishes {
    return this.trunk.config;
  }

  get noAnswerMs(): number {
    return this.trunk.config.noAnswerMs;
  }

  callBegan(): void {
    this.trunk.callBegan();
  }

  callEnded(): void {
    this.trunk.callEnded();
  }

  answerChallenge(
    response: SrfResponse,
    progress: DigestProgress,
    request: ChallengedRequest,
  ): DigestProgress | undefined {
    const fromTrunk = this.trunk.trusts(response.source_address);
    return this.trunk.credentials.answer(response, progress, { ...request, fromTrunk });
  }

  refusal(emergency: boolean): ReleaseCause | undefined {
    return this.trunk.refusal(emergency);
  }

  way(): Way | undefined {
    const target = this.trunk.target;
    return target && { ...target, transport: this.trunk.config.transport };
  }

  address(call: OutgoingCall): { uri: string; from: string; headers: Headers } {
    const { caller, emergency, diversion } = call;
    const identity = identityOf(this.trunk.config, { caller, emergency, diversion });
    return {
      uri: `sip:${escapeUser(this.#dialed(call))}@${joinedServer(this.trunk.config.server)}`,
      ...identity,
    };
  }

  saw(way: Way, status: number, text: string, answered: boolean): void {
    this.trunk.saw(way, 'INVITE', status, text, answered);
  }

  /** The number as it is dialed here; an emergency short code gives way to the long number where it must (ruling 6). */
  #dialed({ number, emergency }: OutgoingCall): string {
    const { config } = this.trunk;
    const long =
      emergency && !number.startsWith('+') && !config.emergencyShortCodes
        ? config.emergencyNumber
        : undefined;
    return toOperator(long ?? number, config.numberFormat);
  }
}

/** Host and port of the request URI: as configured, so that an operator recognises its own name. */
function joinedServer(server: string): string {
  return server.includes(':') && !server.startsWith('[') && server.split(':').length > 2
    ? `[${server}]`
    : server;
}
