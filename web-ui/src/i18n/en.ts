import { enAccounts } from './en-accounts.ts';
import { enBox } from './en-box.ts';
import { enCalls } from './en-calls.ts';
import { enDoor } from './en-door.ts';
import { enForm } from './en-form.ts';
import { enHelp } from './en-help.ts';
import { enLines } from './en-lines.ts';
import { enLive } from './en-live.ts';
import { enNow } from './en-now.ts';
import { enPeople } from './en-people.ts';
import { enPrograms } from './en-programs.ts';
import { enPrompts } from './en-prompts.ts';
import { enQueues } from './en-queues.ts';
import { enReach } from './en-reach.ts';
import { enSchedules } from './en-schedules.ts';
import { enSettings } from './en-settings.ts';
import { enTalks } from './en-talks.ts';
import { enTrace } from './en-trace.ts';
import { enUpdate } from './en-update.ts';
import { enVoicemail } from './en-voicemail.ts';
import { enWays } from './en-ways.ts';
import { enWizard } from './en-wizard.ts';
import type { Key } from './ru.ts';

/** English; `a|b` are the forms for one and for more. */
export const en: Record<Key, string> = {
  ...enAccounts,
  ...enBox,
  ...enCalls,
  ...enDoor,
  ...enForm,
  ...enSettings,
  ...enHelp,
  ...enLines,
  ...enLive,
  ...enNow,
  ...enPeople,
  ...enPrograms,
  ...enPrompts,
  ...enQueues,
  ...enReach,
  ...enSchedules,
  ...enTalks,
  ...enTrace,
  ...enUpdate,
  ...enVoicemail,
  ...enWays,
  ...enWizard,
  loading: 'Loading…',
  technical: 'Technical details',
  close: 'Close',
  undo: 'Undo',
  off: 'off',
  since: 'for {span}',
  skip: 'Skip to content',
  signOut: 'Sign out',
  'scheme.light': 'Light colours',
  'scheme.dark': 'Dark colours',
  noPlace: 'There is no such page',
  socket: 'Socket',
  volts: '{n} V',
  milliamps: '{n} mA',
  megabytes: '{n} MB',
  proven: 'proved',
  notProven: 'not proved by a call',
  saved: 'Saved.',
  'saved.undone': 'The change was taken back.',
  'error.wait': '{n} s to wait.',

  'time.today': 'Today',
  'time.yesterday': 'Yesterday',
  'time.seconds': '{n} s',
  'time.minutes': '{n} min',
  'time.hours': '{h} h {m} min',
  'time.days': '{d} d {h} h',
  'price.unknown': 'no price set',
  'price.free': 'free of charge',
  'price.perMinute': '{price}/min',
  'price.connection': 'connection {price}',
  'price.step': 'steps of {n} s',

  places: 'Places',
  'place.now': 'Now',
  'place.calls': 'Calls',
  'place.people': 'People',
  'place.in': 'Ways in',
  'place.out': 'Ways out',
  'place.box': 'Box',

  'live.on': 'Live',
  'live.waiting': 'Connecting…',
  'live.stale': 'No connection',
  'live.staleSince':
    'No connection to the box. You see how things stood at {time}; the page mends itself once the box is back.',
  'live.retry': 'Try now',
};
