import { type SyntheticEvent, useState } from 'react';
import type { ApiError } from '../../../../daemon/src/api/contract.ts';
import { failureOf } from '../../api.ts';
import { Brand, LanguageSwitch } from '../../app.tsx';
import { language, t } from '../../i18n/index.ts';
import { claim, refreshSession, session } from '../../session.ts';
import { Failure } from '../../ui/parts.tsx';

/** The first visit: the code from the label proves who stands before the box, and sets the password. */
export function ClaimDoor() {
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const pressed = session.value?.buttonPressed ?? false;
  const differ = again !== '' && again !== password;

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (again !== password) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await claim({ code, password, language: language.value });
    } catch (error) {
      const known = failureOf(error);
      setFailure(known);
      if (known.code === 'api/already-claimed') await refreshSession().catch(() => {});
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
        <h1>{t('claim.title')}</h1>
        <p className="lead">{t('claim.lead')}</p>
        <form onSubmit={submit}>
          {pressed ? (
            <p className="notice">{t('claim.pressed')}</p>
          ) : (
            <div className="field">
              <label htmlFor="claim-code">{t('claim.code')}</label>
              <input
                id="claim-code"
                className="code"
                value={code}
                onChange={(e) => setCode(e.currentTarget.value)}
                autoComplete="off"
                autoCapitalize="characters"
                spellCheck={false}
                required
                aria-describedby="claim-code-help"
                aria-invalid={failure?.path === '/code'}
              />
              <p className="help" id="claim-code-help">
                {t('claim.codeHelp')}
              </p>
            </div>
          )}
          <div className="field">
            <label htmlFor="claim-password">{t('claim.password')}</label>
            <input
              id="claim-password"
              type="password"
              value={password}
              onChange={(e) => setPassword(e.currentTarget.value)}
              autoComplete="new-password"
              minLength={8}
              required
              aria-describedby="claim-password-help"
              aria-invalid={failure?.path === '/password'}
            />
            <p className="help" id="claim-password-help">
              {t('claim.passwordHelp')}
            </p>
          </div>
          <div className="field">
            <label htmlFor="claim-again">{t('claim.again')}</label>
            <input
              id="claim-again"
              type="password"
              value={again}
              onChange={(e) => setAgain(e.currentTarget.value)}
              autoComplete="new-password"
              required
              aria-invalid={differ}
              aria-describedby="claim-again-error"
            />
            <p className="error" id="claim-again-error" role="alert">
              {differ ? t('claim.differ') : ''}
            </p>
          </div>
          <Failure error={failure} />
          <button type="submit" className="primary" disabled={busy}>
            {t('claim.submit')}
          </button>
        </form>
      </div>
    </main>
  );
}
