// What is possible is asked of `auxctl names line`, or for lsaux of `auxctl names lsaux`: the first line says whether
// files are, too; then a word a line, and behind a tab what it is about.

export const BASH = `# bash completion for auxctl and lsaux
_auxctl() {
  local line=\${COMP_LINE:0:COMP_POINT} breaks=\${COMP_WORDBREAKS//[^:=]/} cut= kind reply about=line
  if [[ \${1-} == *lsaux ]]; then about=lsaux; fi
  local -a typed
  COMPREPLY=()
  read -ra typed <<< "$line"
  if [[ $line == *[[:space:]] ]]; then typed+=(""); fi
  if [ "\${#typed[@]}" -lt 2 ]; then return; fi
  local last=\${typed[\${#typed[@]}-1]}
  # Only what comes after a break is replaced.
  if [[ -n $breaks && $last == *[$breaks]* ]]; then cut=\${last%"\${last##*[$breaks]}"}; fi
  {
    read -r kind
    # Not by compgen, which would run what it finds in names.
    while IFS= read -r reply; do
      reply=\${reply%%$'\\t'*}
      COMPREPLY+=("$(printf %q "\${reply#"$cut"}")")
    done
  } < <(auxctl names "$about" -- "\${typed[@]:1}" 2>/dev/null)
  if [[ $kind == files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r reply; do COMPREPLY+=("$reply"); done < <(compgen -f -- "$last")
  fi
}
complete -F _auxctl auxctl lsaux
`;

export const ZSH = `#compdef auxctl lsaux
_auxctl() {
  local about=line
  if [[ $service == *lsaux ]]; then about=lsaux; fi
  local -a replies=("\${(@f)$(auxctl names $about -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}") described
  local kind=$replies[1] reply
  shift replies
  for reply in $replies; do
    # The word and what it is about are parted by a colon.
    described+=("\${\${reply%%$'\\t'*}//:/\\\\:}\${\${(M)reply:#*$'\\t'*}:+:\${reply#*$'\\t'}}")
  done
  if (( $#described )); then _describe auxctl described; fi
  if [[ $kind == files ]]; then _files; fi
}
if [ "$funcstack[1]" = _auxctl ]; then _auxctl "$@"; else compdef _auxctl auxctl lsaux; fi
`;

export const FISH = `# fish completion for auxctl and lsaux
function __auxctl_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  set -l replies (auxctl names $argv[1] -- $words[2..] "$typed" 2>/dev/null)
  for reply in $replies[2..]
    echo $reply
  end
  if test "$replies[1]" = files
    __fish_complete_path "$typed"
  end
end
complete -c auxctl -f -a '(__auxctl_complete line)'
complete -c lsaux -f -a '(__auxctl_complete lsaux)'
`;
