import type { ruDoor } from './ru-door.ts';

/** Words of the door: the first visit, signing in, and the password. */
export const enDoor: Record<keyof typeof ruDoor, string> = {
  'claim.title': 'First visit',
  'claim.lead':
    'Choose a password for this page. The code on the label proves that the box stands before you.',
  'claim.pressed': 'The button of the box has been pressed, so no code is needed.',
  'claim.code': 'Code on the label',
  'claim.codeHelp': 'The label is under the box. Dashes and capitals do not matter.',
  'claim.password': 'New password',
  'claim.passwordHelp': '8 characters or more, and not the code on the label.',
  'claim.again': 'The password once more',
  'claim.differ': 'The passwords differ.',
  'claim.submit': 'Begin',
  'login.password': 'Password',
  'login.submit': 'Sign in',
  'login.ended':
    'You have been away for long, or your access was changed, so the page was closed. Sign in again.',
  'login.lost': 'Lost the password? The button of the box resets it: hold it for 10 seconds.',
  'password.title': 'Password of the page',
  'password.current': 'Present password',
  'password.next': 'New password',
  'password.submit': 'Change the password',
  'password.done': 'The password was changed. Other computers have to sign in again.',
};
