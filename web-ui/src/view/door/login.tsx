import { type SyntheticEvent, useState } from 'react';
import type { ApiError } from '../../../../daemon/src/api/contract.ts';
import { failureOf } from '../../api.ts';
import { Brand, LanguageSwitch } from '../../app.tsx';
import { t } from '../../i18n/index.ts';
import { session, sessionEnded, signIn } from '../../session.ts';
import { Failure } from '../../ui/parts.tsx';

export function LoginDoor() {
  const [account, setAccount] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      await signIn(account, password);
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };

  return (
    <main className="door">
      <div className="door-card">
        <header>
          <Brand />
          <LanguageSwitch />
        </header>
        <h1>{session.value?.name || 'Linegate'}</h1>
        {sessionEnded.value && <p className="notice">{t('login.ended')}</p>}
        <form onSubmit={submit}>
          <div className="field">
            <label htmlFor="login-account">{t('login.account')}</label>
            <input
              id="login-account"
              type="text"
              name="username"
              value={account}
              maxLength={64}
              autoCapitalize="none"
              spellCheck={false}
              onChange={(e) => setAccount(e.currentTarget.value)}
              autoComplete="username"
              aria-describedby="login-account-help"
            />
            <p className="help" id="login-account-help">
              {t('login.accountHelp')}
            </p>
          </div>
          <div className="field">
            <label htmlFor="login-password">{t('login.password')}</label>
            <input
              id="login-password"
              type="password"
              value={password}
              onChange={(e) => setPassword(e.currentTarget.value)}
              autoComplete="current-password"
              required
              aria-invalid={failure !== undefined}
            />
          </div>
          <Failure error={failure} />
          <button type="submit" className="primary" disabled={busy}>
            {t('login.submit')}
          </button>
          <p className="help">{t(account.trim() === '' ? 'login.lost' : 'login.lostAccount')}</p>
        </form>
      </div>
    </main>
  );
}
