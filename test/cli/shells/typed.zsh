# typed.zsh KEYS SHELL… types KEYS into the shell, interactive behind a pseudo-terminal, once it says READY, and prints
# what it says from then on until it says ENDED.
zmodload zsh/zpty
zpty shell "${(@q)@[2,-1]}"
zpty -r shell said '*READY*'
zpty -w shell "$1"
zpty -r shell said '*ENDED*'
print -r -- "$said"
zpty -d shell
