import type { Leg } from '../../call/leg.ts';
import type { ServiceContext } from '../context.ts';
import type { FeatureCodes } from '../feature-codes.ts';
import type { Originate } from '../originate.ts';
import type { Reach } from '../reach.ts';
import { CallBacks } from './call-back.ts';
import { HandsetMemory } from './memory.ts';
import { refused } from './outcome.ts';
import { placeOf } from './owner.ts';
import { Parking } from './parking.ts';
import { PickUps } from './pick-up.ts';
import { HandsetSettings } from './settings.ts';
import { words } from './words.ts';

/** What the codes of telephones are served with. */
export interface HandsetParts {
  reach: Reach;
  originate: Originate;
  /** Resolves when a leg is in no consultation any more. */
  idle(leg: Leg): Promise<void>;
}

/** What people do from their telephones by codes. */
export class Handset {
  readonly parking: Parking;

  constructor(context: ServiceContext, codes: FeatureCodes, parts: HandsetParts) {
    new HandsetSettings(context, codes);
    const memory = new HandsetMemory(context);
    codes.register('redial', async ({ origin }) => {
      const number = memory.dialedFrom(placeOf(origin));
      return number === undefined ? refused(words.nothingDialed) : { kind: 'dial', number };
    });
    codes.register('returnCall', async ({ origin }) => {
      const number = memory.lastCallerAt(placeOf(origin));
      return number === undefined ? refused(words.noCaller) : { kind: 'dial', number };
    });
    new PickUps(context, codes);
    this.parking = new Parking(context, codes, parts);
    new CallBacks(context, codes, { originate: parts.originate, memory });
  }
}
