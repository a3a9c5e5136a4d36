import { Store } from '../../store.ts';

/** Whether the wizard was shown since the page was loaded: from there everybody goes where they like. */
export const wizardSeen = new Store(false);
