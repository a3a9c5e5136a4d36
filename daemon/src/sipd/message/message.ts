import type { NameAddr } from './name-addr.ts';
import { splitList } from './scan.ts';
import type { Via } from './via.ts';

/**
 * A SIP message as received. `text` is the whole of it, one character per byte (latin1), so that
 * what is passed on is byte for byte what came, whatever its encoding. What every hop needs is
 * typed; the other headers are found on demand.
 */
export class SipMessage {
  readonly text: string;
  /** Upper case by convention, as written; '' in a response. */
  method = '';
  /** Request-URI as written; '' in a response. */
  uri = '';
  /** Status code 100-699; 0 in a request. */
  status = 0;
  reason = '';
  /** Canonical (lower-case, long) names, in order. */
  readonly names: string[];
  /** Names as spelled. */
  readonly spelled: string[];
  /** Values, unfolded and trimmed. */
  readonly values: string[];
  /** Index in `text` where the body begins. */
  readonly bodyAt: number;
  /**
   * False if `text` cannot be handed on as it is: compact names, folded lines, bare LF, or bytes
   * beyond Content-Length. See {@link wireText}.
   */
  clean = true;

  // Set by the parser before anyone sees the message.
  via!: Via;
  from!: NameAddr;
  fromTag = '';
  to!: NameAddr;
  toTag = '';
  callId = '';
  cseq = 0;
  cseqMethod = '';
  /** -1 if absent. */
  maxForwards = -1;
  /** -1 if absent. */
  contentLength = -1;

  constructor(text: string, names: string[], spelled: string[], values: string[], bodyAt: number) {
    this.text = text;
    this.names = names;
    this.spelled = spelled;
    this.values = values;
    this.bodyAt = bodyAt;
  }

  get isRequest(): boolean {
    return this.status === 0;
  }

  /** The first header of that canonical name. */
  get(name: string): string | undefined {
    const i = this.names.indexOf(name);
    return i < 0 ? undefined : this.values[i];
  }

  has(name: string): boolean {
    return this.names.indexOf(name) >= 0;
  }

  /** Every entry of a header, comma lists taken apart, in order. */
  list(name: string): string[] {
    const out: string[] = [];
    for (let i = this.names.indexOf(name); i >= 0; i = this.names.indexOf(name, i + 1)) {
      const value = this.values[i]!;
      if (value.indexOf(',') < 0) out.push(value);
      else out.push(...splitList(value));
    }
    return out;
  }

  /** Whether a comma-list header (Require, Supported) names `token`, in any case. */
  listHas(name: string, token: string): boolean {
    for (let i = this.names.indexOf(name); i >= 0; i = this.names.indexOf(name, i + 1)) {
      for (const entry of splitList(this.values[i]!)) if (entry.toLowerCase() === token) return true;
    }
    return false;
  }

  /** Body, one character per byte, cut at Content-Length. */
  get bodyText(): string {
    const end = this.contentLength < 0 ? this.text.length : this.bodyAt + this.contentLength;
    return this.text.slice(this.bodyAt, end);
  }

  get body(): Buffer {
    return Buffer.from(this.bodyText, 'latin1');
  }
}
