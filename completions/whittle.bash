# Completion of whittle and diff_creator in bash.
#
# It knows no command and no option: it asks the tool that stands on the line for its --help. There, an
# option is a line that begins with two blanks and "--name", or "-n, --name"; words to choose from are in a help text
# with "(default)", as in "what it is: one (default), other or third"; and a value with one of the names
# below is a file.

_whittle_help() {
    "$@" --help 2>/dev/null
}

# The help $1 without the short forms.
_whittle_long() {
    printf '%s\n' "$1" | sed 's/^  -[a-z], --/  --/'
}

# The help text of option $2 in the help $1, on one line.
_whittle_text() {
    printf '%s\n' "$1" | awk -v name="$2" '
        /^  --/ { found = ($1 == name) }
        /^  [^-]/ && !/^   / { found = 0 }
        found { sub(/^  --[^ ]+( [^ ]+)?  +/, ""); sub(/^ +/, ""); printf "%s ", $0 }'
}

# The words that an option's text offers.
_whittle_choices() {
    case $1 in
    *'(default)'*)
        printf '%s' "${1#*: }" | sed -e 's/ (default)//g' -e 's/, or /,/g' -e 's/ or /,/g' | tr ',' '\n' |
            sed -n -e 's/^ *\([a-z0-9-]*:\{0,1\}\)[A-Z]* *$/\1/p'
        ;;
    esac
}

_whittle_value() {
    local help=$1 option=$2 current=$3 value text
    value=$(printf '%s\n' "$help" | sed -n "s/^  $option \([^ ]*\)  .*/\1/p")
    text=$(_whittle_text "$help" "$option")
    case $value in
    KEY | PUB.pem | FILE | OLD | FW)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        ;;
    *)
        mapfile -t COMPREPLY < <(compgen -W "$(_whittle_choices "$text")" -- "$current")
        ;;
    esac
}

_whittle() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local -a command=("${COMP_WORDS[0]}")
    local help position=1
    COMPREPLY=()
    # Down to the command, through the lists of commands.
    while :; do
        help=$(_whittle_help "${command[@]}")
        local names
        names=$(printf '%s\n' "$help" | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p')
        [[ -n $names ]] || break
        if ((position >= COMP_CWORD)); then
            mapfile -t COMPREPLY < <(compgen -W "$names --help --version" -- "$current")
            return
        fi
        command+=("${COMP_WORDS[position]}")
        position=$((position + 1))
    done
    # bash breaks words at "=", too: --isa = thumb.
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if [[ $previous == -[a-z] ]]; then
        previous=$(printf '%s\n' "$help" | sed -n "s/^  $previous, \(--[a-z0-9-]*\).*/\1/p")
    fi
    help=$(_whittle_long "$help")
    if [[ -n $previous ]] && printf '%s\n' "$help" | grep -q -e "^  $previous [^ ]"; then
        _whittle_value "$help" "$previous" "$current"
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(printf '%s\n' "$help" |
            sed -n 's/^  --/--/p' | grep -oE -e '^--[a-z0-9-]+(, --[a-z]+)?' | tr -d ,)" -- "$current")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}

complete -F _whittle whittle diff_creator
