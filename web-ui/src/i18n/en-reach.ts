import type { ruReach } from './ru-reach.ts';

/** Words about the way of a call to whoever answers it. */
export const enReach: Record<keyof typeof ruReach, string> = {
  'event.at': 'Handed to a service',
  'event.served': 'A service answered',
  'event.keyed': 'Keyed',
  'event.group': 'Group',
  'event.overflow': 'Nobody of the group answered, on to',
  'event.forwarded': 'Forwarded',
  'event.known-caller': 'First whoever spoke with this caller',
  'event.caller-list': 'The caller is on a list',
  'callers.refuse': 'refused',
};
