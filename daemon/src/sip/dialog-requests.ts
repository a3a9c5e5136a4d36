import { noDigestYet } from './credentials.ts';
import type { LegHost } from './leg-host.ts';
import type { Peer } from './peer.ts';
import { SessionRefresh } from './session-refresh.ts';
import type { Headers, SrfDialog, SrfRequest, SrfResponse } from './srf-types.ts';

/** Requests of ours within one dialog: with credentials where they are asked for, and with the session timer minded. */
export class DialogRequests {
  readonly #dialog: SrfDialog;
  readonly #host: Pick<LegHost, 'facade' | 'clock'>;
  readonly #peer: Peer;
  readonly #direction: 'incoming' | 'outgoing';
  #takesUpdate: boolean;
  #refresh: SessionRefresh | undefined;

  constructor(
    dialog: SrfDialog,
    host: Pick<LegHost, 'facade' | 'clock'>,
    peer: Peer,
    direction: 'incoming' | 'outgoing',
  ) {
    this.#dialog = dialog;
    this.#host = host;
    this.#peer = peer;
    this.#direction = direction;
    const told = direction === 'outgoing' ? dialog.res : dialog.req;
    this.#takesUpdate = /\bUPDATE\b/i.test(told.get('Allow') ?? '');
  }

  /**
   * Has `refresh` called when the session timer is to be refreshed by us (RFC 4028 7.4). Of a call that we made only:
   * nobody may ask for our password in one that somebody else began (C09), and for those the engine does it.
   */
  keepAlive(refresh: () => void): void {
    if (this.#direction !== 'outgoing') return;
    this.#refresh = new SessionRefresh(this.#host.clock, refresh);
    this.#refresh.answered(this.#dialog.res.get('Session-Expires'));
  }

  /**
   * Sends a request and returns its final response.
   * @throws CodedError as {@link SrfFacade.dialogRequest}
   */
  async send(method: string, headers: Headers, body?: string): Promise<SrfResponse> {
    for (let digest = noDigestYet(); ; ) {
      const response = await this.#host.facade.dialogRequest(
        this.#dialog,
        method,
        { ...headers, ...digest.headers },
        body,
      );
      const next = this.#peer.answerChallenge(response, digest, {
        method,
        ...(body === undefined ? {} : { body }),
        dialog: this.#direction === 'outgoing' ? 'ours' : 'theirs',
      });
      if (!next) {
        const refreshes = method === 'INVITE' || method === 'UPDATE';
        if (refreshes && response.status >= 200 && response.status < 300)
          this.#refresh?.answered(response.get('Session-Expires'));
        return response;
      }
      digest = next;
    }
  }

  /** UPDATE without a description (RFC 3311); its final status, or undefined if the peer takes none. */
  async update(headers: Headers = {}): Promise<number | undefined> {
    if (!this.#takesUpdate) return undefined;
    const all = { Contact: this.#peer.contact, ...headers };
    let { status } = await this.send('UPDATE', all);
    // RFC 4028 7.3: the engine has heard of the longer interval, and writes it now.
    if (status === 422) ({ status } = await this.send('UPDATE', all));
    if (status !== 405 && status !== 501) return status;
    this.#takesUpdate = false;
    return undefined;
  }

  /** A request of the peer's that was accepted: it may have handed the refreshing over. */
  accepted(req: SrfRequest): void {
    this.#refresh?.accepted(req.get('Session-Expires'), /\btimer\b/i.test(req.get('Supported') ?? ''));
  }

  /** The call is over. */
  stop(): void {
    this.#refresh?.stop();
  }
}
