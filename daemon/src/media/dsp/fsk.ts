/** The two frequencies and the speed of a caller-ID modem. */
export interface FskStandard {
  /** Hz for a binary 1. */
  readonly mark: number;
  /** Hz for a binary 0. */
  readonly space: number;
  /** Bits a second. */
  readonly baud: number;
}

/** ITU-T V.23 mode 2, forward channel: ETSI EN 300 659-1 table 1. */
export const V23: FskStandard = { mark: 1300, space: 2100, baud: 1200 };

/** Bell 202: Telcordia GR-30-CORE 2.4. */
export const BELL202: FskStandard = { mark: 1200, space: 2200, baud: 1200 };
