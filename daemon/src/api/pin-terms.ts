/** What a PIN is bound to besides its class: whose it is, when, where, and how much. */
export interface PinTerms {
  /** Id of the person who has it. */
  owner?: string;
  /** In the office's currency, and minutes. */
  limits?: {
    moneyPerDay?: number | undefined;
    moneyPerMonth?: number | undefined;
    minutesPerDay?: number | undefined;
    minutesPerMonth?: number | undefined;
  };
  /** YYYY-MM-DD, inclusive. */
  validFrom?: string;
  /** Ids of time rules; empty: always. */
  when?: string[];
  /** Beginnings of E.164 numbers without +; empty: all. */
  numbers?: string[];
  /** Extensions, or beginnings of numbers with +; empty: any. */
  callers?: string[];
  /** Calls at once. */
  calls?: number;
}
