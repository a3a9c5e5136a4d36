import type { Call } from '../../call/call.ts';
import type { ReleaseCause } from '../../call/leg.ts';
import type { ServiceContext } from '../context.ts';
import { parseTarget, type Target, targetOfExtension } from '../directory.ts';
import type { CodeOutcome, CodeUse, FeatureCodes } from '../feature-codes.ts';
import { placesOf } from '../in-use.ts';
import { refused } from './outcome.ts';
import { ownerOf, placeOf } from './owner.ts';
import { words } from './words.ts';

/**
 * Answering at one telephone what rings at another: of the own group, or at an extension. What rings outside alone is an
 * operator's, and nobody takes an emergency service's call.
 */
export class PickUps {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext, codes: FeatureCodes) {
    this.#context = context;
    codes.register('pickUpGroup', (use) => this.#pickUp(use, this.#groupOf(placeOf(use.origin))));
    codes.register('pickUp', (use) => {
      const target = targetOfExtension(context.config(), use.argument);
      return this.#pickUp(use, new Set(this.#places(target)));
    });
  }

  /** The telephones of those who share a group with a telephone; of the whole office where it has no groups. */
  #groupOf(place: string): ReadonlySet<string> | undefined {
    const config = this.#context.config();
    if (config.groups.length === 0)
      return new Set([
        ...config.ports.map(({ number }) => `port:${number}`),
        ...config.devices.map(({ id }) => `device:${id}`),
      ]);
    const groups = config.groups.map(({ members }) =>
      members.flatMap(({ target }) => this.#places(parseTarget(config, target))),
    );
    const own = groups.filter((places) => places.includes(place));
    return own.length > 0 ? new Set(own.flat()) : undefined;
  }

  #places(target: Target | undefined): string[] {
    if (target?.kind !== 'group') return placesOf(target);
    const config = this.#context.config();
    return target.group.members.flatMap((member) => placesOf(parseTarget(config, member.target)));
  }

  async #pickUp(use: CodeUse, places: ReadonlySet<string> | undefined): Promise<CodeOutcome> {
    if (use.held) return refused(words.whileHeld);
    if (!places) return refused(words.notYours);
    if (!this.#ringingAt(places)) return refused(words.nothingRings);
    const { leg, dialog } = use;
    try {
      await leg.answer();
    } catch {
      return { kind: 'over', cause: { q850: 16, text: 'gone', by: 'remote' } };
    }
    // Whoever rang a moment ago may have been answered since.
    const call = this.#ringingAt(places);
    if (!call || dialog.gone) return refused(words.nothingRings);
    dialog.hush();
    const over = new Promise<ReleaseCause>((resolve) => leg.on('released', resolve));
    call.pickUp(leg);
    const owner = ownerOf(this.#context.config(), use.origin);
    if (owner) call.keeper.set({ answeredBy: owner.id });
    return { kind: 'joined', over };
  }

  /** Of the calls that ring at one of these places, the one that has waited for longest. */
  #ringingAt(places: ReadonlySet<string>): Call | undefined {
    const ringing = [...this.#context.calls.active].filter(
      (call) =>
        call.record.service !== 'emergency' &&
        call.called === undefined &&
        call.rung.some(({ place }) => places.has(place) && /^(?:port|device):/.test(place)),
    );
    return ringing.sort((a, b) => a.record.startedAt - b.record.startedAt)[0];
  }
}
