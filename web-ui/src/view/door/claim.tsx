import { Button, PasswordInput, TextInput } from '@mantine/core';
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
            <TextInput
              id="claim-code"
              classNames={{ input: 'code' }}
              label={t('claim.code')}
              description={t('claim.codeHelp')}
              inputWrapperOrder={['label', 'input', 'description']}
              value={code}
              onChange={(e) => setCode(e.currentTarget.value)}
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              required
              withAsterisk={false}
              error={failure?.path === '/code'}
            />
          )}
          <PasswordInput
            id="claim-password"
            label={t('claim.password')}
            description={t('claim.passwordHelp')}
            inputWrapperOrder={['label', 'input', 'description']}
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            autoComplete="new-password"
            minLength={8}
            required
            withAsterisk={false}
            error={failure?.path === '/password'}
            visibilityToggleButtonProps={{ 'aria-label': t('form.showSecret') }}
          />
          <PasswordInput
            id="claim-again"
            label={t('claim.again')}
            value={again}
            onChange={(e) => setAgain(e.currentTarget.value)}
            autoComplete="new-password"
            required
            withAsterisk={false}
            error={differ && t('claim.differ')}
            errorProps={{ role: 'alert' }}
            visibilityToggleButtonProps={{ 'aria-label': t('form.showSecret') }}
          />
          <Failure error={failure} />
          <Button className="primary" type="submit" disabled={busy}>
            {t('claim.submit')}
          </Button>
        </form>
      </div>
    </main>
  );
}
