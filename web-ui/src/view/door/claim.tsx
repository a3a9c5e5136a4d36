import { useState } from 'preact/hooks';
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

  const submit = async (event: Event): Promise<void> => {
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
    <main class="door">
      <div class="door-card">
        <header>
          <Brand />
          <LanguageSwitch />
        </header>
        <h1>{t('claim.title')}</h1>
        <p class="lead">{t('claim.lead')}</p>
        <form onSubmit={submit}>
          {pressed ? (
            <p class="notice">{t('claim.pressed')}</p>
          ) : (
            <div class="field">
              <label for="claim-code">{t('claim.code')}</label>
              <input
                id="claim-code"
                class="code"
                value={code}
                onInput={(e) => setCode(e.currentTarget.value)}
                autocomplete="off"
                autocapitalize="characters"
                spellcheck={false}
                required
                aria-describedby="claim-code-help"
                aria-invalid={failure?.path === '/code'}
              />
              <p class="help" id="claim-code-help">
                {t('claim.codeHelp')}
              </p>
            </div>
          )}
          <div class="field">
            <label for="claim-password">{t('claim.password')}</label>
            <input
              id="claim-password"
              type="password"
              value={password}
              onInput={(e) => setPassword(e.currentTarget.value)}
              autocomplete="new-password"
              minLength={8}
              required
              aria-describedby="claim-password-help"
              aria-invalid={failure?.path === '/password'}
            />
            <p class="help" id="claim-password-help">
              {t('claim.passwordHelp')}
            </p>
          </div>
          <div class="field">
            <label for="claim-again">{t('claim.again')}</label>
            <input
              id="claim-again"
              type="password"
              value={again}
              onInput={(e) => setAgain(e.currentTarget.value)}
              autocomplete="new-password"
              required
              aria-invalid={differ}
              aria-describedby="claim-again-error"
            />
            <p class="error" id="claim-again-error" role="alert">
              {differ ? t('claim.differ') : ''}
            </p>
          </div>
          <Failure error={failure} />
          <button type="submit" class="primary" disabled={busy}>
            {t('claim.submit')}
          </button>
        </form>
      </div>
    </main>
  );
}
