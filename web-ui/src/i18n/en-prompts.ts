import type { ruPrompts } from './ru-prompts.ts';

/** Words about recordings of the office that callers hear, and about tables that are taken in. */
export const enPrompts: Record<keyof typeof ruPrompts, string> = {
  'prompts.title': 'Sound of the recordings for callers',
  'prompts.lead':
    'WAV, MP3 and Ogg (Opus, Vorbis) will do, up to 5 minutes and 30 MB. The loudness is set right by itself. A message can be spoken at a telephone too.',
  'prompts.sound': '{length} · uploaded {when}',
  'prompts.spoken': 'No sound: the box speaks the text.',
  'prompts.spokenName': 'Neither sound nor text: the box speaks the name.',
  'prompts.used': 'heard in {n} place|heard in {n} places',
  'prompts.unused': 'not heard anywhere yet',
  'prompts.listen': 'Listen: {name}',
  'prompts.upload': 'Upload a file',
  'prompts.replace': 'Replace by a file',
  'prompts.uploading': 'Uploading “{name}”: {n} %',
  'prompts.preparing': 'The file is here, its sound is being prepared…',
  'prompts.done': 'Done: “{name}”, {length}.',
  'prompts.delete': 'Delete the sound',
  'prompts.deleteQuestion': 'Delete the sound of “{name}”? There is no way to get it back.',
  'prompts.record': 'Record at a telephone',
  'prompts.recordAt': 'Extension of the telephone',
  'prompts.recordHelp':
    'That telephone rings. Lift it, say the message and press #, then 1 to keep it, 2 to begin anew, 3 to hear it.',
  'prompts.ring': 'Ring it',
  'prompts.recording': 'Being recorded at telephone {extension}…',

  'table.open': 'From a table',
  'table.title.people': 'Staff from a table',
  'table.title.speed-dials': 'Speed dials from a table',
  'table.title.callers': 'Numbers of a list from a table',
  'table.file': 'CSV table',
  'table.help.people':
    'The first row names the columns: “name” and, where there are, “extension”, “mobile”, “socket”, “class”, “department”. Whoever has such an extension already is changed, the others are added.',
  'table.help.speed-dials':
    'The first row names the columns: “code”, “number” and, where there is, “name”. Codes that are there already get their new numbers, the others are added.',
  'table.help.callers':
    'The first row names the column: “number”. The numbers of the table replace all that are in the list now.',
  'table.saveAs': 'In Excel and LibreOffice: “Save as”, CSV.',
  'table.list': 'Which list',
  'table.checking': 'The table is being checked…',
  'table.good': 'The table is in order.',
  'table.rows': 'rows: {n}',
  'table.added': 'to be added: {n}',
  'table.changed': 'to be changed: {n}',
  'table.numbers': 'numbers in the list then: {n}',
  'table.bad': 'Nothing was taken. Mend these rows and choose the file again.',
  'table.line': 'Line {n}',
  'table.take': 'Take it',
  'table.done': 'Taken. It can be undone in Box, Changes.',
};
