import type { ClaimRequest, Role, SessionView } from '../../daemon/src/api/contract.ts';
import { api, whenSignedOut } from './api.ts';
import { followBox } from './i18n/index.ts';
import { connect, disconnect } from './live/store.ts';
import { Store } from './store.ts';

/** Undefined until the box has answered once. */
export const session = new Store<SessionView | undefined>(undefined);
/** What whoever is signed in may do. The box decides; the page only does not show what it would refuse. */
export const role = (): Role | undefined => session.value?.who?.role;
export const isAdmin = (): boolean => role() === 'admin';
/** Whether sockets, trunks and the box itself are theirs. */
export const isTechnical = (): boolean => isAdmin() || role() === 'installer';
/** The session ended by itself: the sign-in page says so. */
export const sessionEnded = new Store(false);

/** Asks the box how things stand; throws ApiFailure if it does not answer. */
export async function refreshSession(): Promise<void> {
  const view = await api<SessionView>('/session');
  followBox(view.language);
  session.value = view;
  if (view.signedIn) connect(ended);
  else disconnect();
}

export async function claim(request: ClaimRequest): Promise<void> {
  await api('/claim', { body: request });
  await refreshSession();
}

export async function signIn(account: string, password: string): Promise<void> {
  await api('/login', { body: { account, password } });
  sessionEnded.value = false;
  await refreshSession();
}

export async function signOut(): Promise<void> {
  leaving = true;
  try {
    disconnect();
    await api('/logout', { body: {} });
    await refreshSession();
  } finally {
    leaving = false;
  }
}

/** Whoever signs out is refused what was still being asked for: that is no session that ended by itself. */
let leaving = false;

function ended(): void {
  if (leaving || !session.value?.signedIn) return;
  sessionEnded.value = true;
  disconnect();
  session.value = { ...session.value, signedIn: false };
}

whenSignedOut(ended);
