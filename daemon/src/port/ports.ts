import type { CardIndication, Inventory, PortInfo, PortKind, PortNumber } from '../line/card.ts';
import type { PortEnvironment } from './effect-runner.ts';
import { Fxo } from './fxo.ts';
import { Fxs } from './fxs.ts';
import type { FxoOptions, FxsOptions } from './options.ts';

/** What one socket of the card is to be. */
export type PortOptions = ({ kind: 'fxs' } & FxsOptions) | ({ kind: 'fxo' } & FxoOptions);

/** The ports of a box, kept in step with the card's inventory and with the settings. */
export class Ports {
  readonly #environment: PortEnvironment;
  readonly #fxs = new Map<PortNumber, Fxs>();
  readonly #fxo = new Map<PortNumber, Fxo>();
  /** What each port was made of, as JSON. */
  readonly #made = new Map<PortNumber, string>();
  /** The present state of every socket as the card told it, for ports that are added later. */
  readonly #told = new Map<PortNumber, Map<string, CardIndication>>();
  readonly #offs: (() => void)[];
  #inventory: Inventory | undefined;
  #closed = false;

  constructor(environment: PortEnvironment, options: readonly PortOptions[]) {
    this.#environment = environment;
    const { card } = environment;
    this.#offs = [
      card.on('up', (inventory) => this.#up(inventory)),
      card.on('down', (reason) => this.#down(reason)),
      card.on('indication', (indication) => this.#indicate(indication)),
    ];
    this.update(options);
  }

  get fxs(): ReadonlyMap<PortNumber, Fxs> {
    return this.#fxs;
  }

  get fxo(): ReadonlyMap<PortNumber, Fxo> {
    return this.#fxo;
  }

  /**
   * Puts other options in force. The objects of ports that stay are the same as before; a port in a
   * call takes its new options when the call is over. A port that is gone from the list, or of
   * another kind now, is closed, with its call.
   */
  update(options: readonly PortOptions[]): void {
    const wanted = new Map(options.map((port) => [port.number, port]));
    for (const port of this.#all()) {
      if (wanted.get(port.number)?.kind !== port.kind) this.#remove(port);
    }
    for (const port of options) {
      const made = JSON.stringify(port);
      if (this.#made.get(port.number) === made) continue;
      const existing = port.kind === 'fxs' ? this.#fxs.get(port.number) : this.#fxo.get(port.number);
      this.#made.set(port.number, made);
      if (!existing) this.#add(port);
      else if (port.kind === 'fxs') (existing as Fxs).setOptions(port);
      else (existing as Fxo).setOptions(port);
    }
  }

  /** Ports of the settings that the card does not have, or has as the other kind. */
  missing(inventory: Inventory): PortNumber[] {
    return this.#all()
      .filter((port) => !hasPort(inventory, port))
      .map((port) => port.number);
  }

  /** Releases every port and lets go of the card; the ports do nothing any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const off of this.#offs) off();
    for (const port of this.#all()) port.close();
  }

  #all(): (Fxs | Fxo)[] {
    return [...this.#fxs.values(), ...this.#fxo.values()];
  }

  #add(options: PortOptions): void {
    const port =
      options.kind === 'fxs' ? new Fxs(this.#environment, options) : new Fxo(this.#environment, options);
    if (port.kind === 'fxs') this.#fxs.set(port.number, port);
    else this.#fxo.set(port.number, port);
    if (!this.#inventory || !hasPort(this.#inventory, port)) return;
    port.linkUp();
    for (const indication of this.#told.get(port.number)?.values() ?? []) port.indicate(indication);
  }

  #remove(port: Fxs | Fxo): void {
    port.remove();
    this.#fxs.delete(port.number);
    this.#fxo.delete(port.number);
    this.#made.delete(port.number);
  }

  #up(inventory: Inventory): void {
    if (this.#inventory) this.#down('new session');
    this.#inventory = inventory;
    for (const port of this.#all()) {
      if (hasPort(inventory, port)) port.linkUp();
    }
    const { card, onError } = this.#environment;
    // The box is alive: the card may part the relay as soon as its pairs are idle (ruling 1). It comes
    // behind the ports' own commands, so no pair is parted before its ports are set up.
    card
      .execute({ type: 'lifeline', engaged: false })
      .catch((error: unknown) => onError?.(error, 'lifeline'));
  }

  #down(reason: string): void {
    this.#inventory = undefined;
    this.#told.clear();
    for (const port of this.#all()) port.linkDown(reason);
  }

  #indicate(indication: CardIndication): void {
    const topic = stateTopic(indication);
    if (topic) {
      let told = this.#told.get(indication.port);
      if (!told) this.#told.set(indication.port, (told = new Map()));
      told.set(topic, indication);
    }
    (this.#fxs.get(indication.port) ?? this.#fxo.get(indication.port))?.indicate(indication);
  }
}

/** What lasting state an indication tells; undefined: it tells of a moment. */
function stateTopic(indication: CardIndication): string | undefined {
  switch (indication.type) {
    case 'off-hook':
    case 'on-hook':
      return 'hook';
    case 'line-state':
    case 'polarity':
    case 'foreign-voltage':
    case 'lifeline':
      return indication.type;
    default:
      return undefined;
  }
}

/** Makes the ports of a box over a card and media, before the card is started: they come to life at its `up`. */
export function createPorts(environment: PortEnvironment, options: readonly PortOptions[]): Ports {
  return new Ports(environment, options);
}

function hasPort(inventory: Inventory, port: { number: PortNumber; kind: PortKind }): boolean {
  return inventory.ports.some((info: PortInfo) => info.port === port.number && info.kind === port.kind);
}
