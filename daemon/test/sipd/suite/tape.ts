/** As much of tape's interface as drachtio-srf's tests use, writing TAP. */

type Body = (t: Assertions) => void;

export interface Assertions {
  pass(name?: string): void;
  fail(name?: string): void;
  ok(value: unknown, name?: string): void;
  error(error: unknown, name?: string): void;
  throws(work: () => void, ...rest: unknown[]): void;
  doesNotThrow(work: () => void, ...rest: unknown[]): void;
  plan(count: number): void;
  timeoutAfter(ms: number): void;
  end(error?: unknown): void;
}

const waiting: { name: string; body: Body }[] = [];
let count = 0;
let failures = 0;

function line(ok: boolean, name: string): void {
  count++;
  if (!ok) failures++;
  process.stdout.write(`${ok ? 'ok' : 'not ok'} ${count} - ${name.replace(/[\r\n#]+/g, ' ')}\n`);
}

/** Reports something that went wrong outside of any assertion. */
export function trouble(what: string): void {
  line(false, what);
}

/** Notes a test; they run one after another once the file has been read. */
export function test(name: string, body: Body): void {
  waiting.push({ name, body });
}

/** Runs what has been noted and ends the process. */
export async function runAll(): Promise<never> {
  process.stdout.write('TAP version 14\n');
  for (const { name, body } of waiting) {
    process.stdout.write(`# ${name}\n`);
    await one(name, body);
  }
  process.stdout.write(`1..${count}\n`);
  process.exit(failures === 0 ? 0 : 1);
}

function one(name: string, body: Body): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let planned = -1;
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      resolve();
    };
    const say = (ok: boolean, what: string): void => {
      line(ok, ended ? `${what}: after the end of '${name}'` : what);
      if (planned > 0 && --planned === 0) end();
    };
    const threw = (work: () => void): boolean => {
      try {
        work();
        return false;
      } catch {
        return true;
      }
    };
    const last = (rest: unknown[]): string => String(rest.at(-1) ?? '');
    body({
      pass: (what = 'pass') => say(true, what),
      fail: (what = 'fail') => say(false, what),
      ok: (value, what = 'ok') => say(Boolean(value), what),
      error: (error, what) => say(!error, what ?? String(error)),
      throws: (work, ...rest) => say(threw(work), last(rest)),
      doesNotThrow: (work, ...rest) => say(!threw(work), last(rest)),
      plan: (n) => {
        planned = n;
      },
      timeoutAfter: (ms) => {
        timer = setTimeout(() => {
          line(false, `'${name}' is not over after ${ms} ms`);
          end();
        }, ms);
      },
      end: (error) => {
        if (error) line(false, String(error));
        end();
      },
    });
  });
}
