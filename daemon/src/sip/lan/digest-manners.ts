/** Peers remembered. */
const MAX_PEERS = 4096;

/**
 * Telephones and adapters of old give up when one of several challenges names an algorithm that they do not
 * know, which RFC 7616 3.7 tells them to skip. Whoever was offered a choice and comes again without having
 * answered is offered MD5 alone from then on. It depends on where a request comes from and never on the user it
 * names, so that it tells nothing of who exists.
 */
export class DigestManners {
  /** `asked`: was offered a choice and has not answered; `plain`: can take MD5 only. */
  readonly #peers = new Map<string, 'asked' | 'plain'>();

  /** What to offer of `algorithms`; `first`: the peer sent no credentials at all. */
  offer<T extends string>(source: string, algorithms: readonly T[], first: boolean): readonly T[] {
    const known = this.#peers.get(source);
    this.#peers.delete(source);
    const plain = known === 'plain' || (known === 'asked' && first);
    this.#peers.set(source, plain ? 'plain' : 'asked');
    if (this.#peers.size > MAX_PEERS) this.#peers.delete(this.#peers.keys().next().value!);
    return plain ? algorithms.filter((algorithm) => algorithm === 'MD5') : algorithms;
  }

  /** The peer has answered a challenge. */
  answered(source: string): void {
    if (this.#peers.get(source) === 'asked') this.#peers.delete(source);
  }
}
