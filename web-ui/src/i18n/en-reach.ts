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
  'event.queued': 'Joined the queue at place',
  'event.queue-position': 'Place in the queue',
  'event.queue-offered': 'The queue rings',
  'event.queue-answered': 'Answered from the queue, after seconds',
  'event.queue-abandoned': 'Gave up waiting, after seconds',
  'event.queue-left': 'Left the queue',
  'event.queue-moved': 'Moved in the queue',
  'event.queue-callback': 'A callback was ordered',
  'service.callback': 'callback',
  'callers.refuse': 'refused',
};
