import type { AuditEntry } from '../../src/records/audit.ts';
import { CallRecordings } from '../../src/service/call-recordings.ts';
import { RecordingKeys } from '../../src/service/recording-keys.ts';
import { officePins } from './office.ts';
import { Bench } from './services.ts';

/** A bench that records calls as the daemon does, and keeps an audit log. */
export class RecordingBench extends Bench {
  readonly recordings: CallRecordings;
  /** Lines of the audit log, oldest first. */
  readonly audit: Omit<AuditEntry, 'at'>[] = [];

  constructor(document: unknown, pins: Record<string, string> = officePins) {
    super(document, pins);
    this.context.audit = { note: (entry) => void this.audit.push(entry) };
    this.recordings = new CallRecordings(this.context, { place: (file) => ({ file }), tidy() {} });
    this.context.recordings = this.recordings;
    new RecordingKeys(this.context, this.recordings);
  }

  /** Endpoints at which something is recorded now. */
  get taped(): string[] {
    return [...this.media.recorded.values()].map(({ endpoint }) => endpoint);
  }

  /** Whether what is recorded now is silence. */
  get silenced(): boolean[] {
    return [...this.media.recorded.values()].map(({ muted }) => muted);
  }

  /** Forgets what was played so far, and tells who was told a prompt since. */
  told(prompt: string): string[] {
    const { played } = this.media;
    const found = played.filter(
      ({ source }) => source.type === 'pcm' && source.samples.length === prompt.length,
    );
    played.splice(0);
    return found.map(({ endpoint }) => endpoint);
  }
}
