import type { Clock } from '../../base/clock.ts';
import { parseNameAddress, parseUri, plainAddress, splitHeader } from '../address.ts';
import type { SrfFacade } from '../srf-facade.ts';
import type { Headers, SrfRequest, SrfResponse } from '../srf-types.ts';
import {
  type Binding,
  type BindingLimits,
  type BindingRequest,
  bindingLimits,
  register,
} from './bindings.ts';
import type { Device } from './device.ts';

/** Extensions that a REGISTER may insist on (RFC 3261 10.3 step 2). */
const SUPPORTED: ReadonlySet<string> = new Set(['path', 'outbound']);

/** Most contacts, and Path values, that are read of one request. */
const MAX_CONTACTS = 16;
const MAX_PATH = 8;

/**
 * RFC 5626 4.4, Flow-Timer: how long a telephone may leave its flow without a sign, s. A NAT forgets a UDP mapping
 * after 30 s (RFC 4787 5), a connection lasts longer.
 */
const FLOW_SECONDS = { udp: 30, stream: 120 } as const;

export interface RegistrarHost {
  facade: SrfFacade;
  clock: Clock;
  /** Whose password the request carries; undefined: it was answered already. */
  authenticate(req: SrfRequest, res: SrfResponse): Device | undefined;
  /** A device's bindings are others. */
  bound(device: Device): void;
  limits?: BindingLimits;
}

/** Takes REGISTER (RFC 3261 10.3): password, rights, then the bindings. */
export class Registrar {
  readonly #host: RegistrarHost;
  readonly #limits: BindingLimits;

  constructor(host: RegistrarHost) {
    this.#host = host;
    this.#limits = host.limits ?? bindingLimits;
  }

  register(req: SrfRequest, res: SrfResponse): void {
    const { facade } = this.#host;
    const answer = this.#answer(req, res);
    if (answer) facade.respond(res, answer.status, { headers: answer.headers ?? {} });
  }

  /** What to answer; undefined: it was answered already. */
  #answer(req: SrfRequest, res: SrfResponse): { status: number; headers?: Headers } | undefined {
    const { clock } = this.#host;
    const unsupported = words(req.get('Require')).filter((tag) => !SUPPORTED.has(tag));
    if (unsupported.length) return { status: 420, headers: { Unsupported: unsupported.join(', ') } };
    const device = this.#host.authenticate(req, res);
    if (!device) return undefined;
    const to = parseUri(parseNameAddress(req.get('To') ?? '')?.uri ?? '')?.user ?? '';
    // Step 4: with its password it may speak for itself only.
    if (to !== device.config.user) return { status: 403 };
    const outbound = words(req.get('Supported')).includes('outbound');
    const request = readRequest(req, outbound);
    if (!request) return { status: 400 };
    const flow = request.contacts !== '*' && request.contacts.find((contact) => contact.flow);
    // RFC 5626 6: a proxy on the way that keeps no flow to the telephone would lead calls astray.
    if (flow && !holdsFlow(req, request.path)) return { status: 439 };
    const now = clock.now();
    const outcome = register(device.bindings, request, now, this.#limits);
    if (outcome.status === 423) return { status: 423, headers: { 'Min-Expires': String(this.#limits.min) } };
    if (outcome.status !== undefined) return { status: outcome.status };
    const query = request.contacts !== '*' && request.contacts.length === 0;
    if (!query) {
      device.bindings = outcome.bindings;
      this.#host.bound(device);
    }
    const contacts = outcome.bindings.map((binding) => written(binding, now));
    return {
      status: 200,
      headers: {
        ...(contacts.length ? { Contact: contacts.join(', ') } : {}),
        // RFC 5626 6: by this the telephone knows that its other ways may follow.
        ...(flow
          ? {
              Require: 'outbound',
              'Flow-Timer': String(FLOW_SECONDS[req.protocol.toLowerCase() === 'udp' ? 'udp' : 'stream']),
            }
          : {}),
        // RFC 3261 10.3 step 8: for telephones without a clock of their own.
        Date: new Date(clock.wall()).toUTCString(),
        // RFC 3327 5.3: the telephone may want to know by what way it is reached.
        ...(request.path.length && words(req.get('Supported')).includes('path')
          ? { Path: request.path.join(', ') }
          : {}),
      },
    };
  }
}

const words = (header: string | undefined): string[] =>
  (header ?? '')
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');

function written(binding: Binding, now: number): string {
  const seconds = Math.max(1, Math.round((binding.expiresAt - now) / 1000));
  const { flow } = binding;
  const named = flow ? `;reg-id=${flow.regId};+sip.instance="${flow.instance}"` : '';
  return `<${binding.uri}>;expires=${seconds}${binding.q === 1 ? '' : `;q=${binding.q}`}${named}`;
}

/** Whether the first hop keeps the flow that the telephone has made: we ourselves, or a proxy that says so (RFC 5626 6). */
function holdsFlow(req: SrfRequest, path: readonly string[]): boolean {
  if (splitHeader(req.get('Via') ?? '').length < 2) return true;
  // RFC 3327 5.2: each proxy puts itself before the others, so that the last is the telephone's own.
  const edge = parseUri(parseNameAddress(path.at(-1) ?? '')?.uri ?? '');
  return edge?.params.has('ob') ?? false;
}

/** What of a REGISTER concerns bindings; undefined if it cannot be read. `outbound`: it knows RFC 5626. */
function readRequest(req: SrfRequest, outbound: boolean): BindingRequest | undefined {
  const [number = '', method = ''] = (req.get('CSeq') ?? '').trim().split(/\s+/);
  const callId = req.get('Call-ID') ?? '';
  const sequence = /^\d{1,10}$/.test(number) && method === 'REGISTER' ? Number(number) : -1;
  if (callId === '' || sequence < 0 || sequence >= 2 ** 31) return undefined;
  const userAgent = req.get('User-Agent')?.slice(0, 128);
  const common = {
    expires: seconds(req.get('Expires')),
    callId,
    sequence,
    path: splitHeader(req.get('Path') ?? '').slice(0, MAX_PATH),
    source: {
      protocol: req.protocol.toLowerCase(),
      address: plainAddress(req.source_address),
      port: req.source_port,
    },
    rport: /;\s*rport\b/i.test(splitHeader(req.get('Via') ?? '')[0] ?? ''),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
  const values = splitHeader(req.get('Contact') ?? '');
  // Step 6: "*" stands alone.
  if (values.includes('*')) return values.length === 1 ? { ...common, contacts: '*' } : undefined;
  if (values.length > MAX_CONTACTS) return undefined;
  const contacts: Exclude<BindingRequest['contacts'], '*'>[number][] = [];
  for (const value of values) {
    const address = parseNameAddress(value);
    if (!address) return undefined;
    const { params } = address;
    const instance = params.get('+sip.instance');
    const q = Number(params.get('q') ?? '1');
    const regId = params.get('reg-id') ?? '';
    const flow = outbound && instance !== undefined && /^[1-9]\d{0,9}$/.test(regId);
    const written = instance?.slice(0, 128);
    contacts.push({
      uri: address.uri,
      q: q >= 0 && q <= 1 ? q : 1,
      expires: seconds(params.get('expires')),
      ...(written === undefined ? {} : { instance: `${written} ${regId}` }),
      ...(flow && written !== undefined
        ? { flow: { instance: written.replace(/["\\]/g, ''), regId: Number(regId) } }
        : {}),
    });
  }
  // RFC 5626 6: a flow comes alone.
  if (contacts.length > 1 && contacts.some((contact) => contact.flow && contact.expires !== 0))
    return undefined;
  return { ...common, contacts };
}

/** RFC 3261 20.19: what cannot be read counts as an hour. */
function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,10}$/.test(text.trim()) ? Math.min(Number(text), 2 ** 31) : 3600;
}
