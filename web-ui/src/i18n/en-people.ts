import type { ruPeople } from './ru-people.ts';

/** Words about people, their forwarding, and PINs. */
export const enPeople: Record<keyof typeof ruPeople, string> = {
  'people.lead': 'How each person is reached, and where calls go when they are away.',
  'people.title': 'Staff',
  'people.mobile': 'mobile {number}',
  'people.class': 'class “{name}”',
  'forward.always': 'all calls → {to}',
  'forward.busy': 'when busy → {to}',
  'forward.noAnswer': 'not answered for {n} s → {to}',
  'forward.unreachable': 'when unreachable → {to}',
  pins: 'PINs',
  'pins.add': 'Add a PIN',
  'pins.new': 'New PIN',
  'pins.empty':
    'With a PIN one may call long distance from any telephone, and it shows who pays. Make the first one.',
  'pins.lead':
    'The digits are visible only now: the box keeps nothing but their fingerprint. Tell the owner at once.',
  'pins.name': 'Whose PIN it is',
  'pins.digits': 'Digits',
  'pins.digitsHelp': 'As many as the access number waits for. Not a year of birth, not an extension.',
  'pins.keepHelp': 'Leave empty to keep the digits.',
  'pins.draw': 'Make one up',
  'pins.hidden': 'the digits are neither kept nor shown',
  'pins.class': 'Where it may call',
  'pins.costCentre': 'Charged to',
  'pins.expires': 'Valid until',
  'pins.until': 'until {date}',
  'pins.outside': 'May be used from outside',
  'pins.outsideHelp':
    'From a mobile through the access number. It then needs 8 digits, or a personal number before the PIN.',
  'pins.fromOutside': 'from outside too',
  'pins.userNumber': 'Personal number',
  'pins.userNumberHelp': 'A caller from outside dials it before the PIN.',
  'pins.followOn': 'Further calls with ##',
  'pins.transfer': 'Transfer by keys',
  'pins.transferHelp':
    'During a call the transfer code (usually *2) puts the other party through to somebody else.',
  'pins.followOnHelp': 'After the far end has hung up, ## asks for the next number without the PIN.',
  'pins.enabled': 'On',
  'pins.locked': 'locked until {time}',
  'pins.unlock': 'Unlock',
};
