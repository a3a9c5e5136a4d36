/** Network namespaces for tests and benches of what the kernel does with packets. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A network of three: two peers, and between them the box, which forwards, and a wire past the box. */
export const NETWORK = {
  a: '10.71.1.2',
  boxTowardA: '10.71.1.1',
  b: '10.71.2.2',
  boxTowardB: '10.71.2.1',
  directA: '10.71.3.1',
  directB: '10.71.3.2',
} as const;

const ip = (...words: string[]): void => {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
};

/** Network namespaces of a test, taken away with it. */
export class Namespaces {
  readonly #names: Record<'a' | 'box' | 'b', string>;
  readonly #children: ChildProcess[] = [];

  private constructor(names: Record<'a' | 'box' | 'b', string>) {
    this.#names = names;
  }

  /** Makes them; a text instead says why that is not possible here. */
  static open(): Namespaces | string {
    const id = `lg${process.pid.toString(36)}`;
    const names = { a: `${id}a`, box: `${id}x`, b: `${id}b` };
    const made = new Namespaces(names);
    try {
      execFileSync('nft', ['--version'], { stdio: 'ignore' });
      for (const name of Object.values(names)) {
        ip('netns', 'add', name);
        ip('-n', name, 'link', 'set', 'lo', 'up');
      }
      for (const side of ['a', 'b'] as const) {
        const [peer, box] = side === 'a' ? [NETWORK.a, NETWORK.boxTowardA] : [NETWORK.b, NETWORK.boxTowardB];
        ip(
          'link',
          'add',
          'peer0',
          'netns',
          names[side],
          'type',
          'veth',
          'peer',
          'name',
          `box${side}`,
          'netns',
          names.box,
        );
        ip('-n', names[side], 'addr', 'add', `${peer}/24`, 'dev', 'peer0');
        ip('-n', names[side], 'link', 'set', 'peer0', 'up');
        ip('-n', names.box, 'addr', 'add', `${box}/24`, 'dev', `box${side}`);
        ip('-n', names.box, 'link', 'set', `box${side}`, 'up');
        ip('-n', names[side], 'route', 'add', 'default', 'via', box);
      }
      ip(
        'link',
        'add',
        'direct0',
        'netns',
        names.a,
        'type',
        'veth',
        'peer',
        'name',
        'direct0',
        'netns',
        names.b,
      );
      for (const [side, address] of [
        ['a', NETWORK.directA],
        ['b', NETWORK.directB],
      ] as const) {
        ip('-n', names[side], 'addr', 'add', `${address}/24`, 'dev', 'direct0');
        ip('-n', names[side], 'link', 'set', 'direct0', 'up');
      }
      made.run('sysctl', '-qw', 'net.ipv4.ip_forward=1');
      // A table of the machine's own, which must stay as it is.
      made.nft(
        'table inet machine { chain forward { type filter hook forward priority 0; policy accept; }; }',
      );
      return made;
    } catch (error) {
      made.close();
      const { stderr, message } = error as Error & { stderr?: Buffer };
      return `no network namespaces with nftables here: ${stderr?.toString().trim() || message}`;
    }
  }

  /** Runs a program in the box's namespace; gives what it prints. */
  run(...words: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.#names.box, ...words], { encoding: 'utf8' });
  }

  nft(rules: string): string {
    return this.run('nft', ...(rules.startsWith('list') ? rules.split(' ') : [rules]));
  }

  /** Starts a module in a namespace, with a channel of messages; resolves at its first, which says that it is ready. */
  async start(where: 'a' | 'box' | 'b', file: string, ...words: string[]): Promise<ChildProcess> {
    const child = spawn(
      'ip',
      ['netns', 'exec', this.#names[where], process.execPath, '--import=tsx', file, ...words],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    this.#children.push(child);
    await once(child, 'message');
    return child;
  }

  /** Starts one of our programs in a namespace; resolves with the words of its ready line. Orders go to its input, events come from `said`. */
  async program(where: 'a' | 'box' | 'b', ...words: string[]): Promise<Program> {
    const child = spawn('ip', ['netns', 'exec', this.#names[where], process.execPath, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    const program = new Program(child);
    await program.wait((line) => line.startsWith('ready '), 'its ready line');
    return program;
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const name of Object.values(this.#names)) {
      try {
        ip('netns', 'del', name);
      } catch {
        // It was never made.
      }
    }
  }
}

/** A program that takes orders at its input and tells events at its output, a line each. */
export class Program {
  readonly process: ChildProcess;
  #lines: string[] = [];
  #heard: () => void = () => {};

  constructor(child: ChildProcess) {
    this.process = child;
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.#lines.push(line);
      this.#heard();
    });
  }

  order(what: object): void {
    this.process.stdin!.write(`${JSON.stringify(what)}\n`);
  }

  /** The next line that fits, of those not yet taken. @throws Error after `ms` */
  wait(fits: (line: string) => boolean, what: string, ms = 20_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${what}: ${this.#lines.join(' | ')}`)), ms);
      this.#heard = () => {
        const at = this.#lines.findIndex(fits);
        if (at < 0) return;
        clearTimeout(timer);
        const [line] = this.#lines.splice(0, at + 1).slice(-1);
        resolve(line!);
      };
      this.#heard();
    });
  }
}

/** Asks a child and waits for its answer. */
export async function ask<T>(child: ChildProcess, question: unknown): Promise<T> {
  const answer = once(child, 'message') as Promise<[T]>;
  child.send(question as never);
  return (await answer)[0];
}
