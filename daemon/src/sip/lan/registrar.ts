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
const SUPPORTED: ReadonlySet<string> = new Set(['path']);

/** Most contacts, and Path values, that are read of one request. */
const MAX_CONTACTS = 16;
const MAX_PATH = 8;

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
    const request = readRequest(req);
    if (!request) return { status: 400 };
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
  return `<${binding.uri}>;expires=${seconds}${binding.q === 1 ? '' : `;q=${binding.q}`}`;
}

/** What of a REGISTER concerns bindings; undefined if it cannot be read. */
function readRequest(req: SrfRequest): BindingRequest | undefined {
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
    contacts.push({
      uri: address.uri,
      q: q >= 0 && q <= 1 ? q : 1,
      expires: seconds(params.get('expires')),
      ...(instance === undefined
        ? {}
        : { instance: `${instance.slice(0, 128)} ${params.get('reg-id') ?? ''}` }),
    });
  }
  return { ...common, contacts };
}

/** RFC 3261 20.19: what cannot be read counts as an hour. */
function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,10}$/.test(text.trim()) ? Math.min(Number(text), 2 ** 31) : 3600;
}
