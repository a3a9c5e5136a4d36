/** What the boot test has found, in plain words as it goes. */
export class Report {
  passed = 0;
  failed = 0;
  readonly #began = performance.now();

  /** One thing that must be so. @returns whether it is */
  check(what: string, ok: boolean, seen?: unknown): boolean {
    if (ok) this.passed++;
    else this.failed++;
    this.say(`${ok ? 'passed' : 'FAILED'} ${what}${ok || seen === undefined ? '' : `: ${text(seen)}`}`);
    return ok;
  }

  /** A figure that is printed and not judged. */
  say(line: string): void {
    console.log(`${((performance.now() - this.#began) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  }

  /**
   * A chapter: what it throws is a failure of its own, and the next chapter begins all the same.
   * @returns whether nothing in it failed
   */
  async chapter(name: string, run: () => Promise<void>): Promise<boolean> {
    const before = this.failed;
    this.say(`-- ${name}`);
    try {
      await run();
    } catch (error) {
      this.check(`${name} comes to its end`, false, error);
    }
    return this.failed === before;
  }
}

const text = (seen: unknown): string =>
  seen instanceof Error ? seen.message : typeof seen === 'string' ? seen : JSON.stringify(seen);
