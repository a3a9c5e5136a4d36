import type { ruVoicemail } from './ru-voicemail.ts';

/** Words about messages that callers have left. */
export const enVoicemail: Record<keyof typeof ruVoicemail, string> = {
  'calls.log': 'Log',
  'calls.messages': 'Messages',
  'messages.lead': 'Voicemail: what callers have left.',
  'messages.newShort': 'new messages',
  'messages.new': '{n} new|{n} new',
  'messages.noNew': 'nothing new',
  'messages.room': '{used} of {of} MB used.',
  'messages.noBoxes':
    'Voice messages will be here. Switch voicemail on for a person or a group, and whoever is not answered can leave a message.',
  'messages.toPeople': 'To the staff',
  'messages.emptyBoxes': 'Empty: {list}.',
  'messages.isNew': 'new',
  'messages.isHeard': 'heard',
  'messages.isSaved': 'kept',
  'messages.listen': 'Listen to the message: {who}',
  'messages.call': 'The call',
  'messages.download': 'Download',
  'messages.markHeard': 'Mark as heard',
  'messages.markNew': 'Mark as new',
  'messages.save': 'Keep',
  'messages.unsave': 'Do not keep',
  'messages.saveHelp': 'What is marked “Keep” is not deleted by age.',
  'messages.delete': 'Delete',
  'messages.deleteQuestion': 'Delete this message? There is no way to get it back.\n{who}, {when}',
  'messages.deleteNamed': 'Delete the message: {who}',
  'messages.greeting': 'Own greeting, recorded by telephone',
  'messages.greetingDelete': 'Back to the standard one',
  'messages.greetingQuestion': 'Delete the own greeting? There is no way to get it back.',
};
