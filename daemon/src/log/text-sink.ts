import type { LogEntry, LogLevel, LogSink } from './logger.ts';

/** sd-daemon(3): journald reads the priority in front of a line, <3> error to <7> debug. */
const priorities: Record<LogLevel, string> = { debug: '<7>', info: '<6>', warn: '<4>', error: '<3>' };

export interface TextSinkOptions {
  write(line: string): void;
  /** Lines for systemd's journal: its priority in front and no time, which the journal has. */
  journal?: boolean;
}

/** Writes entries as lines: `2026-01-15T09:00:00.000Z info sip.trunk registered trunk=acme ms=12`. */
export function textSink(options: TextSinkOptions): LogSink {
  return (entry) =>
    options.write(
      `${options.journal ? priorities[entry.level] : `${new Date(entry.at).toISOString()} ${entry.level} `}${textOf(entry)}\n`,
    );
}

/** Name, message and fields of an entry on one line; line breaks in what others sent cannot forge another. */
export function textOf(entry: LogEntry): string {
  const parts = [entry.name, oneLine(entry.message)];
  for (const [key, value] of Object.entries(entry.fields)) {
    if (value !== undefined) parts.push(`${key}=${valueText(value)}`);
  }
  return parts.filter((part) => part !== '').join(' ');
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return /^[^\s"=]+$/.test(text) ? oneLine(text) : JSON.stringify(text);
}

function oneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
