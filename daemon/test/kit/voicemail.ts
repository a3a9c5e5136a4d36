import { Emitter } from '../../src/base/emitter.ts';
import type { RecordingOutcome } from '../../src/media/api.ts';
import type { AuditEntry } from '../../src/records/audit.ts';
import type { PromptName } from '../../src/service/prompts.ts';
import type { MessageShelf, VoiceMessage } from '../../src/service/voicemail/shelf.ts';
import { FakeLeg } from './fake-leg.ts';
import { settle } from './fake-ports.ts';
import { officePins } from './office.ts';
import { Bench } from './services.ts';

/** Messages in memory. */
export class FakeShelf extends Emitter<{ changed: [box: string] }> implements MessageShelf {
  readonly messages = new Map<string, VoiceMessage[]>();
  /** What was placed, and neither kept nor discarded. */
  readonly open = new Set<string>();
  readonly greetings = new Map<string, string>();
  space: 'free' | 'box-full' | 'disk-full' = 'free';
  writes = true;

  list(box: string): readonly VoiceMessage[] {
    return this.messages.get(box) ?? [];
  }

  room(): 'free' | 'box-full' | 'disk-full' {
    return this.space;
  }

  place(box: string, id: string): { file: string } {
    this.open.add(id);
    return { file: `/${box}/${id}` };
  }

  async keep(message: VoiceMessage): Promise<boolean> {
    this.open.delete(message.id);
    if (!this.writes) return false;
    this.messages.set(message.box, [...this.list(message.box), message]);
    this.emit('changed', message.box);
    return true;
  }

  discard(_box: string, id: string): void {
    this.open.delete(id);
  }

  async sound(_box: string, id: string): Promise<Int16Array> {
    return soundOf(`sound ${id}`);
  }

  async mark(box: string, id: string, as: { heard?: boolean; saved?: boolean }): Promise<boolean> {
    const found = this.list(box).find((message) => message.id === id);
    if (!found) return false;
    if (as.heard) found.heardAt ??= 1;
    if (as.saved) found.saved = true;
    this.emit('changed', box);
    return true;
  }

  remove(box: string, id: string): boolean {
    const left = this.list(box).filter((message) => message.id !== id);
    const removed = left.length < this.list(box).length;
    this.messages.set(box, left);
    this.emit('changed', box);
    return removed;
  }

  async greeting(box: string): Promise<Int16Array | undefined> {
    const id = this.greetings.get(box);
    return id === undefined ? undefined : soundOf(`greeting ${id}`);
  }

  keepGreeting(box: string, id: string): boolean {
    this.open.delete(id);
    this.greetings.set(box, id);
    return true;
  }

  removeGreeting(box: string): boolean {
    return this.greetings.delete(box);
  }
}

/** Sounds of one sample each, by which it is known what they are, joined with others too. */
const names: string[] = [];
function soundOf(name: string): Int16Array {
  if (!names.includes(name)) names.push(name);
  return Int16Array.of(names.indexOf(name));
}

/** A bench with mailboxes, on which it is told what is said. */
export class VoicemailBench extends Bench {
  readonly shelf: FakeShelf;
  readonly audit: Omit<AuditEntry, 'at'>[] = [];
  #said = 0;

  constructor(document: unknown, pins: Record<string, string> = officePins) {
    const shelf = new FakeShelf();
    super(document, pins, [], { voicemail: shelf });
    this.shelf = shelf;
    this.context.audit = { note: (entry) => void this.audit.push(entry) };
    this.context.prompts = {
      source: (name: PromptName) => ({ type: 'pcm', samples: soundOf(name) }),
    };
    this.context.speech = async (text) => ({ type: 'pcm', samples: soundOf(text) });
  }

  /** What was said and sounded since it was last asked, in order; `beep` for the tone. */
  heardSince(): string[] {
    const { played } = this.media;
    const since = played.slice(this.#said);
    this.#said = played.length;
    return since.flatMap(({ source }) =>
      source.type !== 'pcm'
        ? []
        : source.samples.length > 1000
          ? ['beep']
          : [...source.samples].map((sample) => names[sample]!),
    );
  }

  /** Somebody outside calls a number of the office. */
  async outside(calledNumber: string, number = '+79031112233'): Promise<FakeLeg> {
    const leg = new FakeLeg('incoming', 'trunk:alpha');
    leg.state = 'trying';
    this.services.trunkCall(leg, { trunkId: 'alpha', calledNumber, caller: { number } });
    await settle();
    return leg;
  }

  /** Somebody calls a mailbox and keys `*` while it greets. */
  async greeted(calledNumber: string): Promise<FakeLeg> {
    const leg = new FakeLeg('incoming', 'trunk:alpha');
    leg.state = 'trying';
    this.services.trunkCall(leg, { trunkId: 'alpha', calledNumber, caller: {} });
    for (let i = 0; leg.state !== ('answered' as string) && i < 100; i++) await Promise.resolve();
    leg.emit('digit', '*');
    await settle();
    return leg;
  }

  /** What is being recorded now: its id. */
  get taking(): string | undefined {
    return [...this.media.recorded.keys()][0];
  }

  /** What is recorded now ends. */
  async ends(more: Partial<RecordingOutcome> = {}): Promise<void> {
    const id = this.taking;
    if (id === undefined) throw new Error('nothing is recorded');
    this.media.recordingOver(id, { durationMs: 5000, sounded: true, ...more });
    await settle();
  }

  /** The caller keys something. */
  async keys(leg: FakeLeg, digits: string): Promise<void> {
    for (const key of digits) {
      leg.emit('digit', key);
      await settle();
    }
  }
}
