import type { ServiceContext } from '../context.ts';
import type { FeatureCodes } from '../feature-codes.ts';
import { HandsetSettings } from './settings.ts';

/** What people do from their telephones by codes. */
export class Handset {
  readonly settings: HandsetSettings;

  constructor(context: ServiceContext, codes: FeatureCodes) {
    this.settings = new HandsetSettings(context, codes);
  }
}
