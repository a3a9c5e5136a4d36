/** What the E-model is given beyond its defaults (ITU-T G.107 Table 2). */
export interface ModelInput {
  /** Equipment impairment of the codec, Ie (G.113 Appendix I). */
  ie: number;
  /** Packet-loss robustness of the codec, Bpl (the same). */
  bpl: number;
  /** Packets that were not there when they were due, percent, 0 to 100. */
  lossPercent: number;
  /** Burst ratio: 1 for random loss, more where losses come together; 1 if not given. */
  burstRatio?: number;
  /** One way from mouth to ear, ms. */
  delayMs: number;
}

/** G.113 Appendix I: G.711 with and without packet-loss concealment (G.711 Appendix I). */
export const G711_CONCEALED = { ie: 0, bpl: 25.1 } as const;
export const G711_PLAIN = { ie: 0, bpl: 4.3 } as const;

/** G.107 Table 2: the defaults. Loudness ratings and noise in dB and dBm0p; telephones of the two sides alike. */
const slr = 8;
const rlr = 2;
const olr = slr + rlr;
const stmr = 15;
const ds = 3;
const lstr = stmr + ds;
const telr = 65;
const wepl = 110;
const qdu = 1;
const nc = -70;
const nfor = -64;
const roomNoise = 35;
/** G.107 Table 2: sensitivity to delay, and the least delay that is noticed, ms. */
const st = 1;
const mt = 100;

const power = (db: number): number => 10 ** (db / 10);

/** G.107 7.2: noise of circuits, rooms and telephones, at the point where the send loudness is 0, dBm0p. */
const noise = ((): number => {
  const nos = roomNoise - slr - ds - 100 + 0.004 * (roomNoise - olr - ds - 14) ** 2;
  const heard = roomNoise + 10 * Math.log10(1 + power(10 - lstr));
  const nor = rlr - 121 + heard + 0.008 * (heard - 35) ** 2;
  const nfo = nfor + rlr;
  return 10 * Math.log10(power(nc) + power(nos) + power(nor) + power(nfo));
})();

/** G.107 7.2: the basic signal-to-noise ratio, Ro. */
const ro = 15 - 1.5 * (slr + noise);

/** G.107 7.3: what impairs speech at the moment it sounds, Is: loudness, sidetone, quantising. */
function simultaneous(delayMs: number): number {
  const x = olr + 0.2 * (64 + noise - rlr);
  const loudness = 20 * ((1 + (x / 8) ** 8) ** (1 / 8) - x / 8);
  const masked = -10 * Math.log10(power(-stmr) + Math.exp(-delayMs / 4) * power(-telr));
  const sidetone =
    12 * (1 + ((masked - 13) / 6) ** 8) ** (1 / 8) -
    28 * (1 + ((masked + 1) / 19.4) ** 35) ** (1 / 35) -
    13 * (1 + ((masked - 3) / 33) ** 13) ** (1 / 13) +
    29;
  const q = 37 - 15 * Math.log10(qdu);
  const g = 1.07 + 0.258 * q + 0.0602 * q ** 2;
  const y = (ro - 100) / 15 + 46 / 8.4 - g / 9;
  const z = 46 / 30 - g / 40;
  const quantising = 15 * Math.log10(1 + 10 ** y + 10 ** z);
  return loudness + sidetone + quantising;
}

/** G.107 7.4: what comes late, Id: the talker's echo, the listener's, and the delay itself. */
function delayed(delayMs: number): number {
  const round = 2 * delayMs;
  const terv =
    telr - 40 * Math.log10((1 + delayMs / 10) / (1 + delayMs / 150)) + 6 * Math.exp(-0.3 * delayMs ** 2);
  const apart = (-1.5 * (noise - rlr) - (80 + 2.5 * (terv - 14))) / 2;
  const talker = (apart + Math.sqrt(apart ** 2 + 100) - 1) * (1 - Math.exp(-delayMs));
  const rle = 10.5 * (wepl + 7) * (round + 1) ** -0.25;
  const listener = (ro - rle) / 2 + Math.sqrt((ro - rle) ** 2 / 4 + 169);
  return talker + listener + absolute(delayMs);
}

/** G.107 7.4: the delay itself, Idd. */
function absolute(delayMs: number): number {
  if (delayMs <= mt) return 0;
  const x = Math.log2(delayMs / mt);
  const exponent = 6 * st;
  return 25 * ((1 + x ** exponent) ** (1 / exponent) - 3 * (1 + (x / 3) ** exponent) ** (1 / exponent) + 2);
}

/** G.107 7.5: what coding and loss do, Ie-eff. */
function equipment({ ie, bpl, lossPercent, burstRatio = 1 }: ModelInput): number {
  return ie + ((95 - ie) * lossPercent) / (lossPercent / burstRatio + bpl);
}

/**
 * Transmission rating R of the E-model (ITU-T G.107), 0 to 100: with no impairment at all 93.2. Everything that the
 * box does not know (telephones, rooms) is as in the defaults of the recommendation.
 */
export function rating(input: ModelInput): number {
  const r = ro - simultaneous(input.delayMs) - delayed(input.delayMs) - equipment(input);
  return Math.min(100, Math.max(0, r));
}

/** Mean opinion score that R stands for (G.107 Annex B, MOS-CQE), 1 to 4.5. */
export function opinionOf(r: number): number {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}
