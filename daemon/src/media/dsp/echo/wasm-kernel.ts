import { readFileSync } from 'node:fs';
import { type BlockWork, ECHO_BLOCK, type EchoKernel, HANN, noFigures, SEGMENT } from './kernel.ts';

const WORK: Readonly<Record<BlockWork, number>> = { idle: 0, measure: 1, learn: 2 };

/** What the module exports (daemon/wasm/echo.ts). */
interface EchoModule {
  memory: { buffer: ArrayBuffer };
  slots: { value: number };
  hann(): number;
  slot(index: number): number;
  open(): void;
  reset(slot: number, taps: number): void;
  forget(slot: number): void;
  beginTrial(slot: number): void;
  endTrial(slot: number, accept: number): void;
  pathGain(slot: number): number;
  block(slot: number, work: number, noise: number): void;
}

/** Of the platform's API what is used here; neither es2023 nor the types of Node say it. */
const { Module, Instance } = (
  globalThis as unknown as {
    WebAssembly: {
      Module: new (code: Uint8Array) => object;
      Instance: new (module: object, imports: object) => { exports: unknown };
    };
  }
).WebAssembly;

/** Where the module lies: beside the bundle, or where the build put it when running from source. */
const PLACES = ['./echo.wasm', '../../../../wasm/dist/echo.wasm'];

/** An instance of the module, and which of its slots are free. */
interface Bank {
  module: EchoModule;
  free: number[];
}

/**
 * Kernels in WASM with SIMD. The module is compiled once; each kernel has a slot in an instance's
 * memory, and a further instance is made when all are taken.
 */
export class WasmKernels {
  readonly #compiled: object;
  #bank: Bank;

  /** @throws Error where there is no module, or the machine has no WASM SIMD. */
  constructor(code: Uint8Array = readModule()) {
    this.#compiled = new Module(code);
    this.#bank = this.#open();
  }

  /** A kernel for `taps` coefficients, a multiple of 32 up to 512. */
  make(taps: number): EchoKernel {
    if (this.#bank.free.length === 0) this.#bank = this.#open();
    const { module, free } = this.#bank;
    return new WasmKernel(module, free, taps);
  }

  #open(): Bank {
    const module = new Instance(this.#compiled, {}).exports as EchoModule;
    module.open();
    new Float32Array(module.memory.buffer, module.hann(), HANN.length).set(HANN);
    return { module, free: Array.from({ length: module.slots.value }, (_, i) => i) };
  }
}

class WasmKernel implements EchoKernel {
  readonly taps: number;
  readonly figures = noFigures();
  readonly #module: EchoModule;
  readonly #free: number[];
  readonly #index: number;
  readonly #slot: number;
  readonly #sent: Int16Array;
  readonly #received: Int16Array;
  readonly #out: Int16Array;
  readonly #figures: Float64Array;

  constructor(module: EchoModule, free: number[], taps: number) {
    if (taps % SEGMENT !== 0 || taps < SEGMENT || taps > 512)
      throw new RangeError(`no kernel of ${taps} taps`);
    this.taps = taps;
    this.#module = module;
    this.#free = free;
    this.#index = free.pop()!;
    this.#slot = module.slot(this.#index);
    const { buffer } = module.memory;
    this.#sent = new Int16Array(buffer, this.#slot, ECHO_BLOCK);
    this.#received = new Int16Array(buffer, this.#slot + 2 * ECHO_BLOCK, ECHO_BLOCK);
    this.#out = new Int16Array(buffer, this.#slot + 4 * ECHO_BLOCK, ECHO_BLOCK);
    this.#figures = new Float64Array(buffer, this.#slot + 6 * ECHO_BLOCK, 8);
    this.reset();
  }

  block(
    reference: Int16Array,
    received: Int16Array,
    out: Int16Array,
    from: number,
    work: BlockWork,
    noise = 0,
  ): void {
    for (let i = 0; i < ECHO_BLOCK; i++) {
      this.#sent[i] = reference[from + i]!;
      this.#received[i] = received[from + i]!;
    }
    this.#module.block(this.#slot, WORK[work], noise);
    for (let i = 0; i < ECHO_BLOCK; i++) out[from + i] = this.#out[i]!;
    const { figures } = this;
    const told = this.#figures;
    figures.reference = told[0]!;
    figures.received = told[1]!;
    figures.residual = told[2]!;
    figures.estimate = told[3]!;
    figures.whiteResidual = told[4]!;
    figures.whiteExpected = told[5]!;
    figures.whiteTrial = told[6]!;
    figures.predictability = told[7]!;
  }

  beginTrial(): void {
    this.#module.beginTrial(this.#slot);
  }

  endTrial(accept: boolean): void {
    this.#module.endTrial(this.#slot, accept ? 1 : 0);
  }

  forget(): void {
    this.#module.forget(this.#slot);
  }

  reset(): void {
    this.#module.reset(this.#slot, this.taps);
  }

  close(): void {
    this.#free.push(this.#index);
  }

  pathGain(): number {
    return this.#module.pathGain(this.#slot);
  }
}

function readModule(): Uint8Array {
  let failure: unknown;
  for (const place of PLACES) {
    try {
      return readFileSync(new URL(place, import.meta.url));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
