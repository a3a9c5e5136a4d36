import type { Said } from '../dialplan/route-plan.ts';
import type { PlaySource } from '../media/api.ts';
import { chime } from './chime.ts';
import type { ServiceContext } from './context.ts';
import type { PromptName } from './prompts.ts';

/** Languages that the box speaks. */
export type Language = keyof Said;

/**
 * Something to be heard: an announcement of the configuration (a text, or `prompt:ID`), a text of the box itself in
 * both languages, one of its recordings, or sound that is there already, 8 kHz. An empty text is nothing.
 */
export type Announcement = string | Said | { prompt: PromptName } | { sound: Int16Array };

type Speaking = Pick<ServiceContext, 'speech' | 'uploaded' | 'prompts' | 'config' | 'log'>;

/** The language of a text that somebody has written: its letters tell, and where it has none, `otherwise`. */
export function languageOf(text: string, otherwise: Language): Language {
  if (/\p{Script=Cyrillic}/u.test(text)) return 'ru';
  return /\p{Script=Latin}/u.test(text) ? 'en' : otherwise;
}

/** A text as somebody has written it, spoken in its own language; undefined: the box cannot speak. */
export async function spoken(
  text: string,
  context: Pick<ServiceContext, 'speech' | 'config'>,
  language: Language = context.config().site.language,
): Promise<PlaySource | undefined> {
  if (text.trim() === '') return undefined;
  return context.speech?.(text, languageOf(text, language)).catch(() => undefined);
}

/**
 * What is to be played for announcements, one after the other without a gap. Where the box cannot speak, a short chime
 * stands for what is missing: the caller hears that it is his turn, and the call goes on.
 * @param language what the caller hears; that of the box unless said
 */
export async function soundOf(
  what: Announcement | readonly Announcement[],
  context: Speaking,
  language: Language = context.config().site.language,
): Promise<PlaySource[]> {
  const list = Array.isArray(what) ? (what as readonly Announcement[]) : [what as Announcement];
  const parts = await Promise.all(list.map((one) => partOf(one, context, language)));
  return joined(parts.flat());
}

async function partOf(one: Announcement, context: Speaking, language: Language): Promise<PlaySource[]> {
  if (typeof one !== 'string') {
    if ('sound' in one) return [{ type: 'pcm', samples: one.sound }];
    if ('prompt' in one) return [context.prompts.source(one.prompt, language)];
    return saying(one[language], language, context);
  }
  const id = one.startsWith('prompt:') ? one.slice('prompt:'.length) : undefined;
  if (id === undefined) return saying(one, languageOf(one, language), context);
  const samples = await context.uploaded?.(id).catch(() => undefined);
  if (samples) return [{ type: 'pcm', samples }];
  // Nothing is uploaded under it yet: its text is spoken.
  const entry = context.config().prompts.find((prompt) => prompt.id === id);
  const text = entry?.text || entry?.name || '';
  return saying(text, languageOf(text, language), context);
}

async function saying(text: string, language: Language, context: Speaking): Promise<PlaySource[]> {
  if (text.trim() === '') return [];
  const source = await context.speech?.(text, language).catch(() => undefined);
  return [source ?? chime('join')];
}

/** Neighbours made one, so that there is no gap between them. */
function joined(parts: readonly PlaySource[]): PlaySource[] {
  const out: PlaySource[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last?.type === 'pcm' && part.type === 'pcm' && !last.repeat && !part.repeat) {
      const samples = new Int16Array(last.samples.length + part.samples.length);
      samples.set(last.samples);
      samples.set(part.samples, last.samples.length);
      out[out.length - 1] = { type: 'pcm', samples };
    } else {
      out.push(part);
    }
  }
  return out;
}
